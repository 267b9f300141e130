import { type FileHandle, open, rm } from 'node:fs/promises'
import { orFileError } from '../store/file-error.ts'
import { readTar } from '../tar/read-tar.ts'
import type { Tree } from '../tree/entry.ts'
import { collectTree } from './collect-tree.ts'

/**
 * Writes a tar stream, called `label` before people, to `file` while parsing it, and returns its tree, with
 * contents that are ranges of `file`. What was there before is replaced. On any failure the file is removed;
 * after a kill its end-of-archive is missing, and `readTree` refuses it.
 * @throws PipelineError `ARCHIVE_INVALID`; `DISK_FULL` or `FILE_FAILED` when it cannot be written; and what the
 *   stream throws.
 */
export async function spoolTar(
  stream: AsyncIterable<Uint8Array>,
  file: string,
  label: string,
): Promise<Tree> {
  const handle = await orFileError(file, () => open(file, 'w'))
  try {
    return await collectTree(readTar(copyTo(handle, file, stream), { label }), file)
  } catch (error) {
    await rm(file, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}

/** `writeFile` on a handle appends and, unlike `write`, leaves no short write unnoticed on a full disk. */
async function* copyTo(
  handle: FileHandle,
  file: string,
  stream: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of stream) {
    await orFileError(file, () => handle.writeFile(chunk))
    yield chunk
  }
}
