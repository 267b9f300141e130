import type { FileHandle } from 'node:fs/promises'
import { isSystemError, orFileError } from '../store/file-error.ts'

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
