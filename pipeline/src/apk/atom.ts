import { isVersion } from './version.ts'

/** A dependency as apk writes it: `[!]name[@tag][operator version]`. */
export interface Atom {
  readonly name: string
  /** The repository tag that is asked for, without `@`. */
  readonly tag?: string
  /** A mix of `=`, `<`, `>` and `~`; `><` means that `version` is an identity (`Q1…`). */
  readonly operator?: string
  readonly version?: string
  /** The package must not be there (`!name`). */
  readonly conflict: boolean
}

export interface AtomOptions {
  /** Whether `@tag` is allowed: in `world` and for `apk add`, never in what a package says of itself. */
  readonly tags: boolean
}

/** Parses one dependency (apk v2), or says in a few words what is wrong with it. */
export function parseAtom(text: string, { tags }: AtomOptions): Atom | { readonly error: string } {
  const match = /^(!?)([^<>=~@]*)(@[^<>=~]*)?(?:([<>=~]+)(.*))?$/s.exec(text)
  const [, conflict, name = '', tagged, operator, version = ''] = match ?? []
  if (!/^[A-Za-z0-9._+,:/[\]-]+$/.test(name)) return { error: 'not a package name' }
  if (tagged !== undefined) {
    if (!tags) return { error: 'a tag is not allowed here' }
    if (!/^@[A-Za-z0-9_+,.:/[\]-]+$/.test(tagged)) return { error: 'not a repository tag' }
  }
  if (operator !== undefined) {
    if (version === '') return { error: `no version after ${operator}` }
    if (operator === '><' ? /[\s@]/.test(version) : !isVersion(version)) {
      return { error: `not a version: ${version}` }
    }
  }
  return {
    name,
    ...(tagged !== undefined && { tag: tagged.slice(1) }),
    ...(operator !== undefined && { operator, version }),
    conflict: conflict === '!',
  }
}

/** Writes an atom as apk does. */
export function formatAtom({ name, tag, operator = '', version = '', conflict }: Atom): string {
  return `${conflict ? '!' : ''}${name}${tag === undefined ? '' : `@${tag}`}${operator}${version}`
}
