import { createHash } from 'node:crypto'
import type { ApkChecksum, Sha256 } from '../digest.ts'
import { PipelineError } from '../errors.ts'
import { type PackageInfo, parseInfo } from './info.ts'
import type { Keys } from './keys.ts'
import { collectMember, type Member, splitMembers } from './members.ts'
import { isSignature, verifySignatures } from './signature.ts'
import { readTar, type TarFile } from './tar.ts'

/** What is known of a package file whose parts were found to belong together. */
export interface PackageFacts {
  readonly checksum: ApkChecksum
  /** Of the whole file. */
  readonly sha256: Sha256
  /** Bytes of the file. */
  readonly size: number
  readonly info: PackageInfo
  /** The file name of the key; only where keys were given. */
  readonly signedBy: string | undefined
}

export interface PackageExpectations {
  /** What messages call the package. */
  readonly label: string
  /** Keys of which one must have signed the package; without them its signature is not looked at. */
  readonly keys?: Keys | undefined
  readonly checksum?: ApkChecksum | undefined
  readonly size?: number | undefined
  readonly sha256?: Sha256 | undefined
}

/** Bytes of a signature or control member, inflated. apk refuses a script of 256 KiB, and there are seven. */
const headLimit = 4 * 1024 * 1024
/** Signatures of a package; Alpine makes one. */
const maximumSignatures = 8

/**
 * Verifies an apk v2 file while reading it once: signature members, one control member, one data member and
 * nothing else; the signature over the control member, the identity of the control member, the data's hash that
 * the control member holds, size and digest of the file. Memory does not depend on the size.
 * @throws PipelineError `ARCHIVE_INVALID`, `CHECKSUM_MISMATCH` or `SIGNATURE_INVALID`.
 */
export async function verifyPackage(
  chunks: AsyncIterable<Uint8Array>,
  { label, keys, checksum, size, sha256 }: PackageExpectations,
): Promise<PackageFacts> {
  const file = { hash: createHash('sha256'), size: 0 }
  await using members = splitMembers(measure(chunks, file, { label, size }), label)

  const signatures: TarFile[] = []
  let control = await readHead(members, label)
  while (isSignature(control.files)) {
    signatures.push(...control.files)
    if (signatures.length > maximumSignatures) throw invalid(label, 'it has too many signatures')
    control = await readHead(members, label)
  }
  const [first] = control.files
  if (first?.name !== '.PKGINFO') throw invalid(label, 'it does not start with signatures and .PKGINFO')
  const signedBy = keys && verifySignatures(control.compressed, signatures, { keys, label })
  const identity = `Q1${createHash('sha1').update(control.compressed).digest('base64')}` as ApkChecksum
  if (checksum !== undefined) expectSame(label, 'identity', [identity, checksum])

  const info = parseInfo(Buffer.from(first.bytes).toString(), label)
  if (info.dataHash === undefined) throw invalid(label, 'it has no datahash')
  expectSame(label, 'datahash', [await hashMember(await nextMember(members, label)), info.dataHash])
  if (!(await members.next()).done) throw invalid(label, 'something follows its data')

  const digest = file.hash.digest('hex') as Sha256
  if (size !== undefined) expectSame(label, 'size', [file.size, size])
  if (sha256 !== undefined) expectSame(label, 'SHA-256', [digest, sha256])
  return { checksum: identity, sha256: digest, size: file.size, info, signedBy }
}

/** Passes the file on while hashing it, and stops as soon as it is longer than it may be. */
async function* measure(
  chunks: AsyncIterable<Uint8Array>,
  file: { readonly hash: ReturnType<typeof createHash>; size: number },
  { label, size }: { readonly label: string; readonly size: number | undefined },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    file.size += chunk.length
    if (size !== undefined && file.size > size) throw mismatch(label, `it is larger than ${size} bytes`)
    file.hash.update(chunk)
    yield chunk
  }
}

async function readHead(
  members: AsyncGenerator<Member>,
  label: string,
): Promise<{ compressed: Uint8Array; files: TarFile[] }> {
  const head = await collectMember(await nextMember(members, label), headLimit)
  if (head === undefined) throw invalid(label, 'a signature or its control member is too large')
  return { compressed: head.compressed, files: readTar(head.inflated, label) }
}

async function nextMember(members: AsyncGenerator<Member>, label: string): Promise<Member> {
  const { done, value } = await members.next()
  if (done) throw invalid(label, 'a part of it is missing')
  return value
}

async function hashMember(member: Member): Promise<string> {
  const hash = createHash('sha256')
  for await (const { compressed } of member) hash.update(compressed)
  return hash.digest('hex')
}

function expectSame<T>(label: string, what: string, [actual, expected]: readonly [T, T]): void {
  if (actual !== expected) throw mismatch(label, `its ${what} is ${actual}, not ${expected}`)
}

function mismatch(label: string, what: string): PipelineError {
  return new PipelineError('CHECKSUM_MISMATCH', `${label} is not the expected package: ${what}`, {
    hint: 'Fetch it again; if the repository has replaced it, refresh the lock.',
  })
}

function invalid(label: string, what: string): PipelineError {
  return new PipelineError('ARCHIVE_INVALID', `${label} is not a valid package: ${what}`, {
    hint: 'Remove the file and fetch it again.',
  })
}
