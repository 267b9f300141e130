import { type ApkChecksum, isApkChecksum } from '../digest.ts'
import { PipelineError } from '../errors.ts'
import { parseAtom } from './atom.ts'
import type { Keys } from './keys.ts'
import { collectMember, splitMembers } from './members.ts'
import { type Fields, type PackageMetadata, parseMetadata, parseNumber } from './metadata.ts'
import { isSignature, verifySignatures } from './signature.ts'
import { readTar, type TarFile } from './tar.ts'

declare const verified: unique symbol

/** An index whose signature is good. */
export interface VerifiedIndex {
  readonly [verified]: true
  readonly label: string
  /** The file name of the key that signed it. */
  readonly signedBy: string
  /** What `APKINDEX` holds. */
  readonly text: string
}

export interface IndexPackage extends PackageMetadata {
  readonly checksum: ApkChecksum
  /** Bytes of the package file. */
  readonly size: number
  /** Why apk 3 does not install it, where that is so. apk 2 takes more versions and may install it. */
  readonly uninstallable: string | undefined
}

/** Bytes, inflated. Alpine's largest index has 8 MB. */
const indexLimit = 300 * 1024 * 1024
const signatureLimit = 1024 * 1024
/** Letters of an index, and those of the database of installed packages, which mean nothing here. */
const knownLetters = new Set('CPVASITULomtckDpi' + 'FMRZrqasfg')

/**
 * Verifies an `APKINDEX.tar.gz` (apk v2): a signature member, over everything that follows it; then one member
 * with `APKINDEX`. Nothing behind the signature is looked at before it is found good.
 * @throws PipelineError `SIGNATURE_INVALID`, or `ARCHIVE_INVALID`.
 */
export async function verifyIndex(bytes: Uint8Array, keys: Keys, label: string): Promise<VerifiedIndex> {
  const { signatures, signed } = await splitSignature(bytes, label)
  const signedBy = verifySignatures(signed, signatures, { keys, label })

  const members = splitMembers(once(signed), label)
  const { value: member } = await members.next()
  const content = member && (await collectMember(member, indexLimit))
  if (!content) throw invalid(label, 'it is too large')
  if (!(await members.next()).done) throw invalid(label, 'something follows its packages')
  const index = readTar(content.inflated, label).find(({ name }) => name === 'APKINDEX')
  if (index === undefined) throw invalid(label, 'it has no APKINDEX')
  return { label, signedBy, text: Buffer.from(index.bytes).toString() } as VerifiedIndex
}

/**
 * Parses the packages of an index, in its order. As for apk, blocks without a name mean nothing, nor do letters
 * of later formats; a package with a bad dependency or an unknown capital letter is uninstallable. `provides` and
 * `installIf` are as they are written, bad atoms too: apk 2 takes versions there that apk 3 does not.
 * @throws PipelineError `ARCHIVE_INVALID` where a line or a field of any other package cannot be read.
 */
export function parseIndex({ text, label }: VerifiedIndex): IndexPackage[] {
  const isGoodAtom = rememberAtoms()
  const packages: IndexPackage[] = []
  const fields = new Map<string, string>()
  for (const line of `${text}\n`.split('\n')) {
    if (line.length >= 2) {
      if (line[1] !== ':') throw invalid(label, `it has a line ${JSON.stringify(line.slice(0, 80))}`)
      fields.set(line.slice(0, 1), line.slice(2))
    } else if (fields.size > 0) {
      if (fields.get('P')) packages.push(parsePackage(fields, label, isGoodAtom))
      fields.clear()
    }
  }
  return packages
}

function parsePackage(fields: Fields, label: string, isGoodAtom: (text: string) => boolean): IndexPackage {
  const metadata = parseMetadata(fields, label)
  const checksum = fields.get('C') ?? ''
  const size = parseNumber(fields, 'S', label)
  if (!isApkChecksum(checksum) || size === undefined) {
    throw invalid(label, `${metadata.name} lacks a checksum or a size`)
  }
  return {
    ...metadata,
    checksum,
    size,
    uninstallable: whyUninstallable(fields, metadata.depends, isGoodAtom),
  }
}

function whyUninstallable(
  fields: Fields,
  depends: readonly string[],
  isGoodAtom: (text: string) => boolean,
): string | undefined {
  for (const letter of fields.keys()) {
    if (/[A-Z]/.test(letter) && !knownLetters.has(letter)) return `it needs a newer apk (field ${letter})`
  }
  const bad = depends.find((atom) => !isGoodAtom(atom))
  return bad === undefined ? undefined : `it depends on ${JSON.stringify(bad)}`
}

/** The same few thousand dependencies come over and over: each is parsed once. */
function rememberAtoms(): (text: string) => boolean {
  const known = new Map<string, boolean>()
  return (text) => {
    let good = known.get(text)
    if (good === undefined) {
      good = !('error' in parseAtom(text, { tags: false }))
      known.set(text, good)
    }
    return good
  }
}

/** The first member when it is a signature, and what it is a signature of. */
async function splitSignature(
  bytes: Uint8Array,
  label: string,
): Promise<{ signatures: TarFile[]; signed: Uint8Array }> {
  for await (const member of splitMembers(once(bytes), label)) {
    const head = await collectMember(member, signatureLimit)
    const files = head ? readTar(head.inflated, label) : []
    if (head && isSignature(files))
      return { signatures: files, signed: bytes.subarray(head.compressed.length) }
    break
  }
  return { signatures: [], signed: bytes }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function invalid(label: string, what: string): PipelineError {
  return new PipelineError('ARCHIVE_INVALID', `${label} is not a valid index: ${what}`, {
    hint: 'Fetch it again, or use another mirror.',
  })
}
