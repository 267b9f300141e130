import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isSystemError } from './file-error.ts'

/**
 * Bytes free where a folder is, or will be made; undefined where nothing above it is there either.
 * @throws SystemError
 */
export async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error
    return dirname(folder) === folder ? undefined : freeBytes(dirname(folder))
  }
}
