import { createReadStream } from 'node:fs'
import { link, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { commitFile } from './commit.ts'
import { isSystemError, orFileError } from './file-error.ts'
import { syncFolder } from './folder.ts'
import { temporaryPath } from './leftovers.ts'

/**
 * Gives a whole file one more name, in a folder that is there, over any file that has it: a hard link, or a copy where
 * file systems have none.
 * @throws PipelineError `FILE_FAILED`, `DISK_FULL`
 */
export async function commitName(source: string, destination: string): Promise<void> {
  const folder = dirname(destination)
  const temporary = temporaryPath(folder)
  await orFileError(destination, async () => {
    try {
      await link(source, temporary)
    } catch (error) {
      // Which error says that there are no hard links depends on the system. Whatever else is wrong, the copy meets too.
      if (!isSystemError(error)) throw error
      await commitFile(destination, bytesOf(source))
      return
    }
    await rename(temporary, destination)
    // Renaming one name of a file to another of its names does nothing (POSIX).
    await rm(temporary, { force: true })
  })
  await syncFolder(folder)
}

/** Opens the file when it is read: nobody listens to a stream's error before. */
async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(file)
}
