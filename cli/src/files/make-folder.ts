import { mkdir, open } from 'node:fs/promises'
import { orFileError } from './file-error.ts'

/**
 * Makes `folder` and the folders above it that are missing, all with `mode` (0700 unless said otherwise) less
 * the umask. One that is there keeps its mode.
 * @throws KaweezleError `FILE_FAILED`, `DISK_FULL`
 */
export async function makeFolder(folder: string, mode = 0o700): Promise<void> {
  await orFileError(folder, () => mkdir(folder, { recursive: true, mode }))
}

/**
 * Makes a rename inside `folder` survive a power cut.
 * @throws KaweezleError `FILE_FAILED`
 */
export async function syncFolder(folder: string): Promise<void> {
  // Windows has no such call, and NTFS journals its renames.
  if (process.platform === 'win32') return
  await orFileError(folder, async () => {
    await using handle = await open(folder)
    await handle.sync()
  })
}
