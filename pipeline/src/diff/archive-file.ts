import type { FileHandle } from 'node:fs/promises'
import { isSystemError, orFileError } from '../store/file-error.ts'
import { gunzip } from './gunzip.ts'

/**
 * Whether an open file begins as a gzip member does (RFC 1952).
 * @throws PipelineError `FILE_FAILED`.
 */
export async function isGzip(handle: FileHandle, file: string): Promise<boolean> {
  const { buffer, bytesRead } = await orFileError(file, () => handle.read(Buffer.alloc(2), 0, 2, 0))
  return bytesRead === 2 && buffer.readUInt16BE() === 0x1f8b
}

/**
 * The bytes of an open file.
 * @throws PipelineError `FILE_FAILED`, while iterating.
 */
export async function* readHandle(
  handle: FileHandle,
  file: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: 2 ** 18 })
  try {
    yield* stream
  } catch (error) {
    if (!isSystemError(error)) throw error
    await orFileError(file, () => Promise.reject(error))
  }
}

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
