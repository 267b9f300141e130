import { open, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { KaweezleError } from '../errors.ts'
import { isSystemError, orFileError } from '../files/file-error.ts'
import type { Source } from './source.ts'

/**
 * A release in a folder, or that of a rootfs by its own path, with its siblings.
 * @throws KaweezleError `SOURCE_MISSING`, `FILE_FAILED`
 */
export async function folderSource(path: string): Promise<Source> {
  const absolute = resolve(path)
  const isFolder = await orFileError(absolute, () => whetherFolder(absolute))
  const folder = isFolder ? absolute : dirname(absolute)
  return {
    origin: absolute,
    tag: undefined,
    isLocal: true,
    read: (name, most) => readSmallFile(join(folder, name), most),
    // Whoever names one file means that one, not another that lies beside it.
    locate: (name) =>
      isFolder || name === basename(absolute) ? { kind: 'local', path: join(folder, name) } : undefined,
  }
}

/**
 * A file of at most `most` bytes; undefined where there is none.
 * @throws KaweezleError `FILE_FAILED`, `RELEASE_INVALID` when it is larger
 */
export function readSmallFile(path: string, most: number): Promise<Buffer | undefined> {
  return orFileError(path, async () => {
    try {
      await using handle = await open(path)
      if ((await handle.stat()).size <= most) return await handle.readFile()
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
      throw error
    }
    throw new KaweezleError('RELEASE_INVALID', `${path} has more than ${most} bytes`, {
      hint: 'Download the release again.',
    })
  })
}

async function whetherFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error
    throw new KaweezleError('SOURCE_MISSING', `${path} does not exist`, {
      hint: 'Give the rootfs.tar.gz of a release, or the folder that it is in.',
    })
  }
}
