import { basename, dirname, join } from 'node:path'
import type { Architecture } from '../architecture.ts'
import type { RootfsManifest } from '../describe/manifest.ts'
import { findSide } from '../diff/find-side.ts'
import { PipelineError } from '../errors.ts'
import { readManifest } from '../inspect/read-manifest.ts'
import { shownPath } from '../render/shown-path.ts'

/** A release to build again, as absolute paths. */
export interface Release {
  readonly manifest: RootfsManifest
  readonly rootfs: string
  /** Its `packages.tar`, which is what it is built from. */
  readonly packages: string
}

/**
 * Finds what a release has to carry: its root filesystem, the manifest, and the packages beside it.
 * @throws PipelineError `USAGE` when one of them is not named, or missing; `ARCHIVE_INVALID` when the manifest is
 *   none; `FILE_FAILED`.
 */
export async function findRelease(path: string, architecture?: Architecture): Promise<Release> {
  const { manifest: file, rootfs } = await findSide(path, architecture)
  if (rootfs === undefined)
    throw new PipelineError('USAGE', `there is no root filesystem beside ${shownPath(file)}`, {
      hint: 'Name the folder of a release, or its rootfs.tar.gz.',
    })
  const manifest = await readManifest(file)
  const { name } = manifest.files.packages
  if (basename(name) !== name || name === '..' || name === '.')
    throw new PipelineError('ARCHIVE_INVALID', `${shownPath(file)} names packages that are not beside it`)
  return { manifest, rootfs, packages: join(dirname(file), name) }
}
