import { createHash } from 'node:crypto'
import type { Architecture } from '@kaweezle/release-format/architecture.ts'
import { type Checksums, parseChecksums } from '@kaweezle/release-format/checksums.ts'
import { FormatError } from '@kaweezle/release-format/format-error.ts'
import { type Signed, verifySignature } from '@kaweezle/release-format/minisign.ts'
import type { PublicKey } from '@kaweezle/release-format/minisign-key.ts'
import { checksumsFile, type ReleaseFiles, signatureFile } from '@kaweezle/release-format/release-files.ts'
import { parseRootfsManifest, type RootfsManifest } from '@kaweezle/release-format/rootfs-manifest.ts'
import semver from 'semver'
import { KaweezleError } from '../errors.ts'

/** What a release is read from, and for whom. */
interface Subject {
  readonly origin: string
  readonly tag: string | undefined
}

/**
 * The digests that one of `keys` vouches for.
 * @throws KaweezleError `SIGNATURE_INVALID`, `RELEASE_INVALID`
 */
export function verifyChecksums(
  { origin }: Subject,
  { checksums, signature }: { readonly checksums: Buffer; readonly signature: Buffer | undefined },
  keys: readonly PublicKey[],
): { readonly checksums: Checksums; readonly signed: Signed } {
  if (signature === undefined) throw unsigned(origin)
  const signed = orRefuse(origin, () => verifySignature(checksums, signature.toString(), keys))
  return { checksums: readChecksums(origin, checksums), signed }
}

/** @throws KaweezleError `RELEASE_INVALID` */
export function readChecksums(origin: string, bytes: Buffer): Checksums {
  return orRefuse(origin, () => parseChecksums(bytes.toString()))
}

/** The error for a release without a signature. */
export function unsigned(origin: string): KaweezleError {
  return new KaweezleError(
    'SIGNATURE_INVALID',
    `${origin}: the release is not signed (no ${signatureFile})`,
    {
      hint: 'Use a signed release; a local build of your own can be allowed with --allow-unsigned.',
    },
  )
}

/**
 * Reads the manifest, and checks that it is the one of the list, of that architecture, and of that tag.
 * @throws KaweezleError `RELEASE_INVALID`
 */
export function verifyManifest(
  { origin, tag }: Subject,
  bytes: Buffer,
  expected: { architecture: Architecture; names: ReleaseFiles; checksums: Checksums | undefined },
): RootfsManifest {
  const { architecture, names, checksums } = expected
  const manifest = orRefuse(origin, () => parseRootfsManifest(bytes.toString()))
  const { rootfs } = manifest.files
  if (checksums !== undefined) {
    const digest = createHash('sha256').update(bytes).digest('hex')
    if (listed(origin, checksums, names.manifest) !== digest) {
      throw invalid(origin, `${names.manifest} is not the one of ${checksumsFile}`)
    }
    if (listed(origin, checksums, names.rootfs) !== rootfs.sha256) {
      throw invalid(origin, `${names.manifest} is of another ${names.rootfs} than ${checksumsFile}`)
    }
  }
  if (manifest.architecture !== architecture || rootfs.name !== names.rootfs) {
    throw invalid(
      origin,
      `${names.manifest} is for ${manifest.architecture} (${rootfs.name}), not ${architecture}`,
    )
  }
  // The signature of an older release holds too: only its version tells that it is not what the tag promises.
  if (tag !== undefined && semver.valid(tag) !== null && tag.replace(/^v/, '') !== manifest.version) {
    throw invalid(origin, `the release ${tag} holds the version ${manifest.version}`)
  }
  return manifest
}

/**
 * Refuses to go back, unless that is wanted.
 * @throws KaweezleError `RELEASE_OLDER`
 */
export function refuseOlder(version: string, installed: string): void {
  if (version === installed) return
  const [next, now] = [semver.parse(version), semver.parse(installed)]
  if (next !== null && now !== null && next.compare(now) >= 0) return
  const what = next === null || now === null ? 'cannot be compared with' : 'is older than'
  throw new KaweezleError(
    'RELEASE_OLDER',
    `the release ${version} ${what} ${installed}, which is installed`,
    {
      hint: 'Use kaweezle rollback to go back, or allow an older release with --allow-downgrade.',
    },
  )
}

/** The digest of a file that a release must have. */
function listed(origin: string, checksums: Checksums, name: string): string {
  const digest = checksums.get(name)
  if (digest === undefined) throw invalid(origin, `the release has no ${name}`)
  return digest
}

export function invalid(origin: string, what: string): KaweezleError {
  return new KaweezleError('RELEASE_INVALID', `${origin}: ${what}`, {
    hint: 'Try again in a few minutes, in case it is being published; else use another release.',
  })
}

function orRefuse<T>(origin: string, action: () => T): T {
  try {
    return action()
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    if (error.code !== 'SIGNATURE_INVALID') throw invalid(origin, error.message)
    throw new KaweezleError('SIGNATURE_INVALID', `${origin}: ${error.message}`, {
      hint: 'Do not use this release, unless its maker gave you another key for --public-key.',
      cause: error,
    })
  }
}
