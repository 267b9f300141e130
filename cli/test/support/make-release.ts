import type { Architecture } from '@kaweezle/release-format/architecture.ts'
import { formatChecksums } from '@kaweezle/release-format/checksums.ts'
import { signMessage } from '@kaweezle/release-format/minisign.ts'
import type { SecretKey } from '@kaweezle/release-format/minisign-key.ts'
import { checksumsFile, releaseFiles, signatureFile } from '@kaweezle/release-format/release-files.ts'
import { fileOf, type ServedFile } from './served-file.ts'

export interface ReleaseParts {
  readonly version: string
  readonly key: SecretKey
  /** Of the package kubeadm. Default: 1.35.0 */
  readonly kubernetes?: string
  /** By architecture. */
  readonly rootfs: Readonly<Partial<Record<Architecture, ServedFile>>>
}

/** The files of a release that is right, as the release command makes it. */
export function makeRelease({ version, key, kubernetes, rootfs }: ReleaseParts): Map<string, ServedFile> {
  const files = new Map<string, ServedFile>()
  for (const [architecture, file] of Object.entries(rootfs) as [Architecture, ServedFile][]) {
    const names = releaseFiles(architecture)
    files.set(names.rootfs, file)
    files.set(names.manifest, fileOf(makeManifest(version, architecture, file, kubernetes)))
  }
  return sign(files, key)
}

/** Lists and signs what is there. */
export function sign(files: Map<string, ServedFile>, key: SecretKey): Map<string, ServedFile> {
  files.delete(checksumsFile)
  files.delete(signatureFile)
  const checksums = formatChecksums(new Map([...files].map(([name, { sha256 }]) => [name, sha256])))
  files.set(checksumsFile, fileOf(checksums))
  files.set(signatureFile, fileOf(signMessage(Buffer.from(checksums), key, { trustedComment: 'kaweezle' })))
  return files
}

/** What of `rootfs.manifest.json` counts here. */
export function makeManifest(
  version: string,
  architecture: Architecture,
  { size, sha256 }: ServedFile,
  kubernetes = '1.35.0',
): string {
  const name = releaseFiles(architecture).rootfs
  return JSON.stringify({
    schema: 2,
    name: 'kaweezle',
    version,
    architecture,
    packages: [{ name: 'kubeadm', version: `${kubernetes}-r0` }],
    agent: { version: '0.1.0-r0' },
    files: { rootfs: { name, size, sha256, unpackedSize: size, unpackedSha256: sha256 } },
  })
}
