import { createHash } from 'node:crypto'
import type { Sha256 } from '../digest.ts'
import {
  mark,
  type Seen,
  type SeenAsset,
  type SeenRelease,
  type WantedAsset,
  type WantedRelease,
} from './state.ts'

export function digestOf(text: string): Sha256 {
  return createHash('sha256').update(text).digest('hex') as Sha256
}

/** A file whose bytes are `text`. */
export function wantedAsset(name: string, text = name): WantedAsset {
  return { name, size: text.length, sha256: digestOf(text) }
}

export function wantedRelease(changes: Partial<WantedRelease> = {}): WantedRelease {
  return {
    tag: 'v1.2.3',
    name: 'Kaweezle 1.2.3',
    notes: { text: 'notes', given: false },
    prerelease: false,
    makeLatest: 'legacy',
    commit: 'c0ffee',
    rolling: false,
    publish: true,
    assets: [wantedAsset('a'), wantedAsset('b')],
    ...changes,
  }
}

let lastId = 1000

export function seenAsset(name: string, changes: Partial<SeenAsset> = {}): SeenAsset {
  return { id: lastId++, ...wantedAsset(name), complete: true, ...changes }
}

/** A draft of {@link wantedRelease}, by this program, without files. */
export function seenRelease(changes: Partial<SeenRelease> = {}): SeenRelease {
  return {
    id: lastId++,
    tag: 'v1.2.3',
    name: 'Kaweezle 1.2.3',
    body: `notes\n\n${mark}`,
    draft: true,
    prerelease: false,
    immutable: false,
    page: 'https://github.test/page',
    uploadUrl: 'https://uploads.github.test/{?name}',
    assets: [],
    ...changes,
  }
}

export function seen(...releases: SeenRelease[]): Seen {
  return { releases, tagCommit: undefined }
}
