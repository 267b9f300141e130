import type { Architecture } from './architecture.ts'

/** The files of a release that install one architecture. */
export interface ReleaseFiles {
  readonly rootfs: string
  readonly manifest: string
}

/** The digests of all other files of a release, and the signature of that list. */
export const checksumsFile = 'SHA256SUMS'
export const signatureFile = 'SHA256SUMS.minisig'

/** x86_64 has the plain names, as upstream's releases always had them. */
export function releaseFiles(architecture: Architecture): ReleaseFiles {
  const infix = architecture === 'x86_64' ? '' : `.${architecture}`
  return { rootfs: `rootfs${infix}.tar.gz`, manifest: `rootfs${infix}.manifest.json` }
}
