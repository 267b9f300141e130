import { createReadStream } from 'node:fs'
import { orFileError } from '../store/file-error.ts'

export interface ReadFileOptions {
  readonly signal: AbortSignal
  /** The first byte to read. */
  readonly start: number
  /** The first byte not to read; the end of the file without it. */
  readonly end?: number
}

/**
 * The bytes of a part of a file.
 * @throws PipelineError `FILE_FAILED`, and the signal's reason
 */
export async function* readFilePart(file: string, options: ReadFileOptions): AsyncGenerator<Uint8Array> {
  const { signal, start, end = Number.POSITIVE_INFINITY } = options
  // A stream cannot be asked for no bytes: its `end` is inclusive.
  if (start >= end) return
  const chunks = createReadStream(file, { signal, start, end: end - 1 })[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await orFileError(file, () => chunks.next())
      if (next.done === true) return
      yield next.value
    }
  } finally {
    await chunks.return?.()
  }
}
