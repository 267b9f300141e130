import type { Sha256 } from '../digest.ts'

/** One file of a release as it shall be. */
export interface WantedAsset {
  readonly name: string
  /** Bytes. */
  readonly size: number
  readonly sha256: Sha256
}

/** A release as it shall be. */
export interface WantedRelease {
  readonly tag: string
  readonly name: string
  /** Markdown. Notes that the user gave replace those of a draft; others are only for a new one. */
  readonly notes: { readonly text: string; readonly given: boolean }
  readonly prerelease: boolean
  /** Whether it becomes what GitHub calls the latest release; `legacy` lets GitHub compare versions. */
  readonly makeLatest: 'true' | 'false' | 'legacy'
  /** What the tag is to point to, in full; undefined: GitHub takes the newest of the default branch. */
  readonly commit: string | undefined
  /** Whether a published release with that tag is replaced, and its tag moved. */
  readonly rolling: boolean
  /** False: it stays a draft. */
  readonly publish: boolean
  readonly assets: readonly WantedAsset[]
}

/** One file of a release as GitHub has it. A file never changes: another one with its name has another id. */
export interface SeenAsset {
  readonly id: number
  readonly name: string
  readonly size: number
  /** False while its upload has not ended, or never did. */
  readonly complete: boolean
  /** Undefined where GitHub does not tell, until it was downloaded. */
  readonly sha256: Sha256 | undefined
}

/** A release as GitHub has it. */
export interface SeenRelease {
  readonly id: number
  readonly tag: string
  readonly name: string
  readonly body: string
  readonly draft: boolean
  readonly prerelease: boolean
  /** GitHub's promise that a published release never changes. */
  readonly immutable: boolean
  /** The page for people. */
  readonly page: string
  /** A template (RFC 6570) with `name`. */
  readonly uploadUrl: string
  readonly assets: readonly SeenAsset[]
}

/** All that counts of a repository. */
export interface Seen {
  /** Those with the wanted tag, drafts included. */
  readonly releases: readonly SeenRelease[]
  /** Where the wanted tag points; undefined where there is none. */
  readonly tagCommit: string | undefined
}

/**
 * Stands in the notes of drafts that this program makes, where nobody sees it: what it made it may remove. It goes
 * when the draft is published.
 */
export const mark = '<!-- A draft of `npm run release`, which may change it. -->'

/** Characters that notes may have: GitHub takes 125,000, and those of a draft have the mark. */
export const longestNotes = 125_000 - mark.length - 2

/** Whether a release is a draft of this program's. */
export function isOwnDraft({ draft, body }: SeenRelease): boolean {
  return draft && body.includes(mark)
}

/** The notes of a release without what marks a draft. */
export function unmarked(body: string): string {
  return body.replace(mark, '').replaceAll('\r\n', '\n').trim()
}
