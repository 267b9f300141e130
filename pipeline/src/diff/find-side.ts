import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Architecture } from '../architecture.ts'
import { PipelineError } from '../errors.ts'
import { findFinished, isThere } from '../inspect/finished-files.ts'
import { shownPath } from '../render/shown-path.ts'
import { isSystemError, orFileError } from '../store/file-error.ts'

/** One of the two to compare, as absolute paths. */
export interface SideFiles {
  readonly manifest: string
  /** Undefined where there is, or is asked for, the manifest alone. */
  readonly rootfs: string | undefined
}

/**
 * What `path` names: a folder with one root filesystem (or that of an architecture), a packed one, or a manifest.
 * @throws PipelineError `USAGE` when there is no such thing, or more than one; `FILE_FAILED`.
 */
export async function findSide(path: string, architecture?: Architecture): Promise<SideFiles> {
  if (path.endsWith('.json')) return findManifest(path)
  const found = await findFinished(path)
  const files = found.length === 1 ? found : found.filter(({ rootfs }) => isFor(architecture, rootfs))
  const [one, another] = files
  if (one === undefined || another !== undefined)
    throw new PipelineError(
      'USAGE',
      `there are root filesystems of several architectures in ${shownPath(path)}`,
      {
        hint: 'Choose one with --arch, or name the file itself.',
      },
    )
  return { manifest: one.manifest, rootfs: (await isThere(one.rootfs)) ? one.rootfs : undefined }
}

/** A folder may be named so, too. */
async function findManifest(path: string): Promise<SideFiles> {
  const isFile = await orFileError(path, async () => {
    try {
      return (await stat(path)).isFile()
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false
      throw error
    }
  })
  if (isFile) return { manifest: path, rootfs: undefined }
  throw new PipelineError('USAGE', `there is no manifest ${shownPath(path)}`, {
    hint: 'Name a rootfs.manifest.json, a rootfs.tar.gz, or the folder that a build wrote to (--out).',
  })
}

/** x86_64 has the plain names (see `Outputs`). */
function isFor(architecture: Architecture | undefined, rootfs: string): boolean {
  const infix = architecture === 'x86_64' ? '' : `.${architecture}`
  return architecture !== undefined && basename(rootfs) === `rootfs${infix}.tar.gz`
}
