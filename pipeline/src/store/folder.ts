import { chmod, mkdir, open, readdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { isSystemError, orFileError } from './file-error.ts'

/**
 * Makes `folder` and the folders above it, 0755 where the umask allows, and always usable by their owner: a
 * umask of 0777 must not make a cache that its own process cannot enter.
 * @throws PipelineError `FILE_FAILED`, `DISK_FULL`
 */
export async function makeFolder(folder: string): Promise<void> {
  await orFileError(folder, () => makeWithParents(folder))
}

/**
 * Makes a rename inside `folder` survive a power cut.
 * @throws PipelineError `FILE_FAILED`
 */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no such call, and NTFS journals its renames.
  if (process.platform === 'win32') return
  await orFileError(folder, async () => {
    await using handle = await open(folder)
    await handle.sync()
  })
}

/**
 * The names in `folder`; none where there is no such folder.
 * @throws PipelineError `FILE_FAILED`
 */
export function namesIn(folder: string): Promise<string[]> {
  return orFileError(folder, async () => {
    try {
      return await readdir(folder)
    } catch (error) {
      if (isSystemError(error, 'ENOENT')) return []
      throw error
    }
  })
}

async function makeWithParents(folder: string, parentIsThere = false): Promise<void> {
  try {
    await mkdir(folder, 0o755)
  } catch (error) {
    if (isSystemError(error, 'ENOENT') && !parentIsThere && dirname(folder) !== folder) {
      await makeWithParents(dirname(folder))
      // Below /proc a folder whose parent is there is missing all the same: no third try.
      return makeWithParents(folder, true)
    }
    if (isSystemError(error, 'EEXIST') && (await stat(folder)).isDirectory()) return
    throw error
  }
  const { mode } = await stat(folder)
  if ((mode & 0o700) !== 0o700) await chmod(folder, (mode & 0o777) | 0o700)
}
