import { isSha256, type Sha256 } from '../digest.ts'
import { PipelineError } from '../errors.ts'
import { type PackageMetadata, parseMetadata, parseNumber, splitAtoms } from './metadata.ts'

/** A package's `.PKGINFO`. */
export interface PackageInfo extends PackageMetadata {
  readonly replaces: readonly string[]
  readonly replacesPriority: number | undefined
  /** Globs of folders whose changes the package wants to hear of. */
  readonly triggers: readonly string[]
  /** SHA-256 of the compressed data member. */
  readonly dataHash: Sha256 | undefined
}

/** The letter that an index or the database uses for each key. */
const letters: Readonly<Record<string, string>> = {
  pkgname: 'P',
  pkgver: 'V',
  pkgdesc: 'T',
  url: 'U',
  builddate: 't',
  size: 'I',
  arch: 'A',
  origin: 'o',
  commit: 'c',
  maintainer: 'm',
  license: 'L',
  depend: 'D',
  provides: 'p',
  install_if: 'i',
  provider_priority: 'k',
  replaces: 'r',
  replaces_priority: 'q',
  triggers: 'triggers',
  datahash: 'datahash',
}
const lists = new Set(['D', 'p', 'i', 'r'])

/**
 * Parses `.PKGINFO` (apk v2): lines `key = value`, `#` comments; repeated keys are lists, unknown keys are ignored.
 * @throws PipelineError `ARCHIVE_INVALID`.
 */
export function parseInfo(text: string, label: string): PackageInfo {
  const fields = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [, key = '', value = ''] = /^([^#]*?) = (.*)$/s.exec(line) ?? []
    const letter = Object.hasOwn(letters, key) ? letters[key] : undefined
    if (letter === undefined) continue
    const earlier = lists.has(letter) ? fields.get(letter) : undefined
    fields.set(letter, earlier === undefined ? value : `${earlier} ${value}`)
  }
  const dataHash = fields.get('datahash')
  if (dataHash !== undefined && !isSha256(dataHash)) {
    throw new PipelineError('ARCHIVE_INVALID', `${label}: not a datahash: ${JSON.stringify(dataHash)}`)
  }
  return {
    ...parseMetadata(fields, label),
    replaces: splitAtoms(fields.get('r')),
    replacesPriority: parseNumber(fields, 'q', label),
    triggers: splitAtoms(fields.get('triggers')),
    dataHash,
  }
}
