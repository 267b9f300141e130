import { constants, type Stats } from 'node:fs'
import { access, lstat, readFile, readlink, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { KaweezleError } from '../errors.ts'
import { isSystemError, orFileError } from '../files/file-error.ts'
import { replaceFile } from '../files/replace-file.ts'
import { parseKubeconfig } from './parse-kubeconfig.ts'
import type { KubeconfigFile } from './plan-change.ts'
import { decodeText } from './text-encoding.ts'

/** A {@link KubeconfigFile} as it was found on the disk. */
export interface OpenKubeconfig extends KubeconfigFile, Place {
  readonly path: string
  readonly exists: boolean
  /** Undefined where there is no file. */
  readonly bytes: Uint8Array | undefined
  readonly stats: Stats | undefined
  encode(text: string): Uint8Array
}

/** Where a kubeconfig is, or would be. */
export interface Place {
  readonly path: string
  /** Where its bytes are, behind all symbolic links. */
  readonly target: string
  readonly exists: boolean
}

/**
 * Looks for a kubeconfig without reading it.
 * @throws KaweezleError `FILE_FAILED`
 */
export async function placeOf(path: string): Promise<Place> {
  const target = await linkTarget(path)
  return { path, target, exists: (await orFileError(path, () => statOf(target))) !== undefined }
}

/**
 * Reads a kubeconfig, or the place for one.
 * @throws KaweezleError `KUBECONFIG_INVALID`; `FILE_FAILED` when it cannot be read or is no regular file
 */
export async function openKubeconfig(path: string): Promise<OpenKubeconfig> {
  const target = await linkTarget(path)
  const stats = await orFileError(path, () => statOf(target))
  // Neither /dev/null nor a pipe can be replaced by a file.
  if (stats !== undefined && !stats.isFile()) throw refused(path, 'not a regular file')
  const bytes = stats === undefined ? undefined : await orFileError(path, () => readFile(target))
  const { text, encode } = decodeText(bytes ?? new Uint8Array(), path)
  return { ...parseKubeconfig(text, path), exists: bytes !== undefined, target, bytes, stats, encode }
}

/**
 * Writes a kubeconfig in the place of the one that was read; mode and owner stay. The file as it was is kept
 * beside it as `NAME.kaweezle-backup`, unless one of the last 24 hours is there: that is the state from before
 * our edits of that day.
 * @throws KaweezleError `FILE_FAILED` when the file or its folder is read-only, `DISK_FULL`
 */
export async function saveKubeconfig(file: OpenKubeconfig, text: string): Promise<void> {
  const { path, target, bytes, stats } = file
  await assertWritable(path, target, stats)
  const options =
    stats === undefined ? {} : { mode: stats.mode & 0o777, owner: { uid: stats.uid, gid: stats.gid } }
  if (bytes !== undefined && bytes.length > 0) {
    const backup = `${target}.kaweezle-backup`
    const last = await orFileError(backup, () => statOf(backup))
    if (last === undefined || Date.now() - last.mtimeMs > 24 * 60 * 60 * 1000) {
      await replaceFile(backup, bytes, options)
    }
  }
  await replaceFile(target, file.encode(text), options)
}

/** Where a chain of symbolic links ends, whether or not there is something. */
async function linkTarget(path: string): Promise<string> {
  let target = resolve(path)
  // Linux follows as many.
  for (let links = 0; links < 40; links++) {
    const link = await orFileError(path, () => linkOf(target))
    if (link === undefined) return target
    target = resolve(dirname(target), link)
  }
  throw refused(path, 'too many symbolic links')
}

async function linkOf(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined
    throw error
  }
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined
    throw error
  }
}

async function assertWritable(path: string, target: string, stats: Stats | undefined): Promise<void> {
  if (stats === undefined) return
  // A rename would go over it, and root may write everything: somebody meant it.
  if ((stats.mode & 0o222) === 0) throw refused(path, 'the file is read-only')
  try {
    await access(target, constants.W_OK)
  } catch (error) {
    if (isSystemError(error)) throw refused(path, 'the file is read-only', error)
    throw error
  }
}

function refused(path: string, what: string, cause?: unknown): KaweezleError {
  return new KaweezleError('FILE_FAILED', `${path}: ${what}`, {
    hint: 'Make it a file that you may change, or name another one with --kubeconfig.',
    cause,
  })
}
