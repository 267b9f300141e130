import { basename } from 'node:path'
import type { RootfsManifest } from '../describe/manifest.ts'
import { sha256Line } from '../describe/sha256-line.ts'
import type { Written } from '../store/draft.ts'
import type { FinishedFiles } from './finished-files.ts'
import type { OpenRootfs } from './open-rootfs.ts'

/**
 * What is wrong with a rootfs as a file: its size and digest, and those of the tar inside, against the manifest and
 * the text of the `.sha256` file, which is undefined where there is none. A tar that was unpacked by hand needs none.
 */
export function compareFiles(
  { rootfs, checksum }: FinishedFiles,
  { packed, tar }: OpenRootfs,
  { manifest, checksumText }: { manifest: RootfsManifest; checksumText: string | undefined },
): string[] {
  const name = basename(rootfs)
  const { size, sha256, unpackedSize, unpackedSha256 } = manifest.files.rootfs
  const faults = packed === undefined ? [] : compare(name, packed, { size, sha256 })
  if ('fault' in tar) faults.push(`${name} ${tar.fault}`)
  else
    faults.push(
      ...compare(packed ? `the tar in ${name}` : name, tar, { size: unpackedSize, sha256: unpackedSha256 }),
    )
  const whole = packed ?? ('fault' in tar ? undefined : tar)
  if (checksumText === undefined) return packed ? [...faults, `${basename(checksum)} is missing`] : faults
  if (whole !== undefined && checksumText !== sha256Line(whole.sha256))
    faults.push(`${basename(checksum)} is not the sha256 of ${name}, ${whole.sha256}`)
  return faults
}

function compare(name: string, found: Written, wanted: Written): string[] {
  return [
    ...(found.size === wanted.size ? [] : [`${name} has ${found.size} bytes, not ${wanted.size}`]),
    ...(found.sha256 === wanted.sha256 ? [] : [`${name} has sha256 ${found.sha256}, not ${wanted.sha256}`]),
  ]
}
