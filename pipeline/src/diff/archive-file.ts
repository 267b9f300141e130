import type { FileHandle } from 'node:fs/promises'
import { isGzip, readHandle } from '../inspect/packed-file.ts'
import { gunzip } from './gunzip.ts'

/**
 * The bytes of the tar in an open file, which may be packed. People know it as `label`.
 * @throws PipelineError `ARCHIVE_INVALID`, `FILE_FAILED`, while iterating.
 */
export async function* readTarBytes(
  handle: FileHandle,
  file: string,
  label: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = readHandle(handle, file)
  yield* (await isGzip(handle, file)) ? gunzip(bytes, { label }) : bytes
}
