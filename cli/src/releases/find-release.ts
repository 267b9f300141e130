import { type Architecture, architectureOf } from '@kaweezle/release-format/architecture.ts'
import { FormatError } from '@kaweezle/release-format/format-error.ts'
import { type PublicKey, parsePublicKey } from '@kaweezle/release-format/minisign-key.ts'
import { checksumsFile, releaseFiles, signatureFile } from '@kaweezle/release-format/release-files.ts'
import { KaweezleError } from '../errors.ts'
import { cachedSource } from './cached-source.ts'
import { folderSource } from './folder-source.ts'
import { type GitHubOptions, githubSource } from './github-source.ts'
import { mirrorSource } from './mirror-source.ts'
import { builtInPublicKeys } from './public-keys.ts'
import { parseReference } from './reference.ts'
import type { Release } from './release.ts'
import type { Source } from './source.ts'
import {
  invalid,
  readChecksums,
  refuseOlder,
  unsigned,
  verifyChecksums,
  verifyManifest,
} from './verify-release.ts'
import { openWeb, type Web, type WebOptions } from './web.ts'

export interface FindOptions extends WebOptions {
  readonly cacheFolder: string
  readonly github?: GitHubOptions | undefined
  /** Only the cache and local files are asked. */
  readonly offline?: boolean | undefined
  /** Without it, this machine's. */
  readonly architecture?: Architecture | undefined
  /** What the release must be, where the reference is an address that does not say it. */
  readonly tag?: string | undefined
  /** minisign public keys, in place of the built-in ones. */
  readonly publicKeys?: readonly string[] | undefined
  /** Takes a local file or folder that has no signature. A wrong one is refused all the same. */
  readonly allowUnsigned?: boolean | undefined
  /** The version that must not be gone below. */
  readonly installed?: string | undefined
  readonly allowOlder?: boolean | undefined
}

const largest = { checksums: 1 << 20, signature: 16 << 10, manifest: 16 << 20 }

/**
 * Finds the release that `--release` names, and checks all of it but the bytes of the rootfs.
 * @throws KaweezleError `SOURCE_MISSING`, `SOURCE_UNREACHABLE`, `RATE_LIMITED`, `OFFLINE` when it cannot be had;
 *   `SIGNATURE_INVALID`, `RELEASE_INVALID`, `RELEASE_OLDER` when it is refused; `USAGE`, `FILE_FAILED`, `INTERRUPTED`
 */
export async function findRelease(reference: string, options: FindOptions): Promise<Release> {
  const architecture = options.architecture ?? hostArchitecture()
  const keys = parseKeys(options.publicKeys ?? builtInPublicKeys)
  await using web = await openWeb(options)
  const source = await openSource(web, reference, { ...options, architecture })
  const release = await readRelease(source, { ...options, architecture, keys })
  if (release.signed === undefined) web.onEvent({ type: 'unsigned', label: release.origin })
  if (options.installed !== undefined && options.allowOlder !== true) {
    refuseOlder(release.version, options.installed)
  }
  return release
}

interface ReadOptions extends FindOptions {
  readonly architecture: Architecture
  readonly keys: readonly PublicKey[]
}

async function readRelease(source: Source, options: ReadOptions): Promise<Release> {
  const { architecture, keys, allowUnsigned = false } = options
  const { origin, tag } = source
  const names = releaseFiles(architecture)
  const checksums = await source.read(checksumsFile, largest.checksums)
  const signature = await source.read(signatureFile, largest.signature)
  const isUnsigned = source.isLocal && allowUnsigned && signature === undefined
  if (checksums === undefined && !isUnsigned) {
    throw signature === undefined ? unsigned(origin) : invalid(origin, `the release has no ${checksumsFile}`)
  }
  const list =
    checksums &&
    (isUnsigned
      ? { checksums: readChecksums(origin, checksums), signed: undefined }
      : verifyChecksums(source, { checksums, signature }, keys))
  const manifestBytes = await source.read(names.manifest, largest.manifest)
  if (manifestBytes === undefined) throw invalid(origin, `the release has no ${names.manifest}`)
  const manifest = verifyManifest(source, manifestBytes, { architecture, names, checksums: list?.checksums })
  if (manifest.agentVersion === undefined) {
    throw new KaweezleError('RELEASE_INVALID', `${origin}: its root filesystem has no iknite`, {
      hint: 'Use a release of Kaweezle, or build one with the recipe rootfs/rootfs.yaml.',
    })
  }
  const location = source.locate(names.rootfs)
  if (location === undefined) throw invalid(origin, `the release has no ${names.rootfs}`)
  const { size, sha256 } = manifest.files.rootfs
  return {
    version: manifest.version,
    tag,
    origin,
    architecture,
    manifest,
    signed: list?.signed,
    rootfs: { name: names.rootfs, size, sha256, location },
    files: { checksums, signature, manifest: manifestBytes },
  }
}

async function openSource(
  web: Web,
  text: string,
  options: FindOptions & { architecture: Architecture },
): Promise<Source> {
  const reference = parseReference(text)
  if (reference.kind === 'path') return folderSource(reference.path)
  if (options.offline === true) return cachedSource(reference, options)
  if (reference.kind === 'url') return { ...mirrorSource(web, reference.url), tag: options.tag }
  return githubSource(web, reference, options.github ?? {})
}

function parseKeys(texts: readonly string[]): PublicKey[] {
  return texts.map((text) => {
    try {
      return parsePublicKey(text)
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw cause
      throw new KaweezleError('USAGE', 'the public key is not one of minisign', {
        hint: 'Give the line of a minisign public key that begins with RW.',
        cause,
      })
    }
  })
}

function hostArchitecture(): Architecture {
  const architecture = architectureOf(process.arch)
  if (architecture !== undefined) return architecture
  throw new KaweezleError('USAGE', `there is no rootfs for ${process.arch}`, {
    hint: 'Use a machine of the architecture x64 or arm64.',
  })
}
