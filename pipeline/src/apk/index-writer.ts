import type { ApkChecksum } from '../digest.ts'
import { gzipMember } from './gzip-member.ts'
import type { PackageMetadata } from './metadata.ts'
import { type SigningKey, signatureMember } from './sign.ts'
import { endOfTar, writeTar } from './tar.ts'

export type { SigningKey }

/** What an index tells of a package, as `verifyPackage` found it. */
export interface IndexEntry {
  readonly checksum: ApkChecksum
  /** Bytes of the package file. */
  readonly size: number
  readonly info: PackageMetadata
}

export interface IndexOptions {
  /** Written for every package, `noarch` ones too, since apk looks for them in the folder of that name. */
  readonly architecture: string
  /** What the index calls itself, at most 160 bytes. */
  readonly description: string
  /** Seconds since 1970. */
  readonly sourceDate: number
}

/** Writes an unsigned `APKINDEX.tar.gz` (apk v2): the same bytes for the same packages in any order. */
export function buildIndex(
  entries: readonly IndexEntry[],
  { architecture, description, sourceDate }: IndexOptions,
): Buffer {
  const blocks = entries
    .map((entry) => formatEntry(entry, architecture))
    .sort((a, b) => (a.order < b.order ? -1 : a.order > b.order ? 1 : 0))
  const files = [
    { name: 'DESCRIPTION', bytes: Buffer.from(description) },
    { name: 'APKINDEX', bytes: Buffer.from(blocks.map(({ text }) => text).join('')) },
  ]
  return gzipMember(Buffer.concat([writeTar(files, sourceDate), endOfTar]))
}

/** Puts a signature before an index. Another signature must not be there yet: apk takes it for content. */
export function signIndex(index: Uint8Array, key: SigningKey): Buffer {
  return Buffer.concat([signatureMember(index, key), index])
}

/** The fields in the order in which `apk index` writes them. */
function formatEntry(
  { checksum, size, info }: IndexEntry,
  architecture: string,
): { order: string; text: string } {
  const fields: [letter: string, value: string | number | undefined][] = [
    ['C', checksum],
    ['P', info.name],
    ['V', info.version],
    ['A', architecture],
    ['S', size],
    ['I', info.installedSize],
    ['T', info.description],
    ['U', info.url],
    ['L', info.license],
    ['o', info.origin],
    ['m', info.maintainer],
    ['t', info.buildDate],
    ['c', info.commit],
    ['k', info.providerPriority],
    ['D', info.depends.join(' ') || undefined],
    ['p', info.provides.join(' ') || undefined],
    ['i', info.installIf.join(' ') || undefined],
  ]
  const lines = fields
    .filter(([, value]) => value !== undefined)
    .map(([letter, value]) => `${letter}:${value}\n`)
  return { order: `${info.name} ${info.version} ${checksum}`, text: `${lines.join('')}\n` }
}
