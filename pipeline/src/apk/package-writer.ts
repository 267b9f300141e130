import { createHash } from 'node:crypto'
import type { ApkChecksum, Sha256 } from '../digest.ts'
import { gzip } from '../gzip/gzip.ts'
import type { Tree } from '../tree/entry.ts'
import { writeData } from './data-writer.ts'
import { assertDescription, type PackageDescription } from './description.ts'
import { gzipMember } from './gzip-member.ts'
import type { IndexEntry } from './index-writer.ts'
import { type PackageInfo, parseInfo } from './info.ts'
import { formatInfo } from './info-writer.ts'
import { type PayloadOptions, planPayload } from './payload.ts'
import { scriptNames } from './scripts.ts'
import { type SigningKey, signatureMember } from './sign.ts'
import { writeTar } from './tar.ts'

export interface PackageOptions extends Pick<PayloadOptions, 'openContent' | 'owners'> {
  /**
   * Each makes a signature, in this order. apk 2 looks only at the first of a key that it trusts; without any it
   * installs the package only as an index lists it.
   */
  readonly keys?: readonly SigningKey[]
}

/** A package that can be written, and what its index says of it. */
export interface BuiltPackage extends IndexEntry {
  readonly info: PackageInfo
  /** Signatures and control member: the file up to its data. */
  readonly head: Buffer
  /**
   * The whole file, anew each time it is asked for: the data is compressed while it is written, not kept.
   * @throws PipelineError `FILE_FAILED` when a content has changed since.
   */
  readonly bytes: () => AsyncGenerator<Uint8Array, void, undefined>
}

/** Blocks compressed at a time; it bounds memory to about 12 MB, and never changes the bytes. */
const inFlight = 4

/**
 * Builds a package (apk v2): signature members, a control member with `.PKGINFO` and scripts, one data member with
 * the tree. The same description, tree and keys make the same bytes. The control member holds the digest of the
 * compressed data, so that contents are read and compressed here once, and again when the file is written.
 * @throws PipelineError `PACKAGE_INVALID` for what apk would refuse or misread; `ARCHIVE_INVALID` where `tree` is
 *   none; `FILE_FAILED` when a content changes meanwhile.
 */
export async function buildPackage(
  description: PackageDescription,
  tree: Tree,
  { keys = [], ...options }: PackageOptions,
): Promise<BuiltPackage> {
  assertDescription(description)
  const { name, version, buildDate } = description
  const payload = await planPayload(tree, { ...options, buildDate })
  const writeMember = (): AsyncGenerator<Uint8Array> =>
    gzip(writeData(payload, options.openContent), { inFlight })

  const data = await measure(writeMember())
  const installedSize = payload.reduce((sum, { entry }) => sum + (entry.type === 'file' ? entry.size : 0), 0)
  const info = formatInfo(description, { dataHash: data.sha256, installedSize })
  const control = controlMember(info, description)
  const head = Buffer.concat([...keys.map((key) => signatureMember(control, key)), control])
  return {
    checksum: `Q1${createHash('sha1').update(control).digest('base64')}` as ApkChecksum,
    size: head.length + data.size,
    info: parseInfo(info, `${name}-${version}`),
    head,
    async *bytes() {
      yield head
      yield* writeMember()
    },
  }
}

/** `.PKGINFO` comes first; without the end-of-archive blocks, so that apk reads on. */
function controlMember(info: string, { buildDate, scripts = {} }: PackageDescription): Buffer {
  const files = [{ name: '.PKGINFO', bytes: Buffer.from(info) }]
  for (const name of scriptNames) {
    const script = scripts[name]
    if (script !== undefined) files.push({ name, bytes: Buffer.from(script) })
  }
  return gzipMember(writeTar(files, buildDate))
}

async function measure(chunks: AsyncIterable<Uint8Array>): Promise<{ sha256: Sha256; size: number }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of chunks) {
    hash.update(chunk)
    size += chunk.length
  }
  return { sha256: hash.digest('hex') as Sha256, size }
}
