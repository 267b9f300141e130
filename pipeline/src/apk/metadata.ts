import { PipelineError } from '../errors.ts'

/** What a package says of itself, in `.PKGINFO`, in an index and in the database of installed packages. */
export interface PackageMetadata {
  readonly name: string
  readonly version: string
  /** `noarch` in a package; an index has the repository's architecture instead. */
  readonly architecture: string
  /** Bytes once installed. */
  readonly installedSize: number
  readonly description: string
  readonly url: string
  readonly license: string
  /** The source package. */
  readonly origin: string | undefined
  readonly maintainer: string | undefined
  /** Seconds since 1970. */
  readonly buildDate: number | undefined
  readonly commit: string | undefined
  readonly providerPriority: number | undefined
  /** Atoms, see `parseAtom`. */
  readonly depends: readonly string[]
  readonly provides: readonly string[]
  /** The package comes by itself once all of these are there. */
  readonly installIf: readonly string[]
}

/** The text of each field by its letter in an index (apk v2). */
export type Fields = ReadonlyMap<string, string>

/**
 * Reads the fields that every form of a package's description has.
 * @throws PipelineError `ARCHIVE_INVALID` where a name, version or architecture could not be part of a path, or
 *   a number is none.
 */
export function parseMetadata(fields: Fields, label: string): PackageMetadata {
  const name = fields.get('P') ?? ''
  if (!/^[A-Za-z0-9][A-Za-z0-9._+-]*$/.test(name)) throw invalid(label, 'package name', name)
  const version = fields.get('V') ?? ''
  // Not `isVersion`: Alpine's own indexes have versions such as 0.99f7-r2, which apk takes and orders somehow.
  if (!/^[A-Za-z0-9._+~-]+$/.test(version)) throw invalid(`${label}, ${name}`, 'version', version)
  const architecture = fields.get('A') ?? ''
  if (!/^[A-Za-z0-9_]*$/.test(architecture)) throw invalid(`${label}, ${name}`, 'architecture', architecture)
  return {
    name,
    version,
    architecture,
    installedSize: parseNumber(fields, 'I', label) ?? 0,
    description: fields.get('T') ?? '',
    url: fields.get('U') ?? '',
    license: fields.get('L') ?? '',
    origin: fields.get('o') || undefined,
    maintainer: fields.get('m') || undefined,
    buildDate: parseNumber(fields, 't', label),
    commit: fields.get('c') || undefined,
    providerPriority: parseNumber(fields, 'k', label),
    depends: splitAtoms(fields.get('D')),
    provides: splitAtoms(fields.get('p')),
    installIf: splitAtoms(fields.get('i')),
  }
}

/** A decimal field, or undefined where it is absent or empty. */
export function parseNumber(fields: Fields, letter: string, label: string): number | undefined {
  const text = fields.get(letter)
  if (text === undefined || text === '') return undefined
  const value = Number(text)
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw invalid(`${label}, ${fields.get('P')}`, `number (${letter})`, text)
  }
  return value
}

/** Atoms of one field, separated by spaces. */
export function splitAtoms(text: string | undefined): string[] {
  return text ? text.split(' ').filter((atom) => atom !== '') : []
}

function invalid(label: string, what: string, text: string): PipelineError {
  return new PipelineError('ARCHIVE_INVALID', `${label}: not a ${what}: ${JSON.stringify(text)}`)
}
