import { createGunzip } from 'node:zlib'
import { PipelineError } from '../errors.ts'
import { isZlibError } from '../oci/zlib-error.ts'

export interface GunzipOptions {
  /** What people call the file. */
  readonly label: string
  /** Told of each part of the file, and to how many bytes it unpacked, before those are yielded. */
  readonly onPart?: (packed: number, unpacked: number) => void
}

/** Deflate makes at most 1032 bytes of one, all of which are held at a time. */
const partSize = 2 ** 14

/**
 * Unpacks a stream part by part, so that it is known which bytes of the file became which of the tar, whatever the
 * machine does meanwhile.
 * @throws PipelineError `ARCHIVE_INVALID` when it cannot be decompressed.
 */
export async function* gunzip(
  chunks: AsyncIterable<Uint8Array>,
  { label, onPart }: GunzipOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = createGunzip({ chunkSize: 2 ** 16 })
  const waiting: Uint8Array[] = []
  stream.on('readable', drain)
  stream.on('error', () => {})
  function drain(): void {
    for (let part = stream.read(); part !== null; part = stream.read()) waiting.push(part)
  }
  /** What has been written is unpacked when the stream says so. */
  async function put(write: (done: (error?: Error | null) => void) => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    stream.once('error', reject)
    write((error) => (error ? reject(error) : resolve()))
    try {
      await promise
    } catch (error) {
      throw isZlibError(error) ? damaged(label, error) : error
    } finally {
      stream.off('error', reject)
    }
    drain()
  }
  function* take(packed: number): Generator<Uint8Array, void, undefined> {
    const parts = waiting.splice(0)
    onPart?.(
      packed,
      parts.reduce((sum, { length }) => sum + length, 0),
    )
    yield* parts
  }
  try {
    for await (const chunk of chunks) {
      for (let start = 0; start < chunk.length; start += partSize) {
        const part = chunk.subarray(start, start + partSize)
        await put((done) => stream.write(part, done))
        yield* take(part.length)
      }
    }
    // Whether anything is missing shows only when all is out.
    await put((done) => stream.once('end', () => done()).end())
    yield* take(0)
  } finally {
    stream.destroy()
  }
}

function damaged(label: string, cause: unknown): PipelineError {
  return new PipelineError('ARCHIVE_INVALID', `${label} cannot be decompressed`, {
    hint: 'Get the file again; if it stays like this, do not use it.',
    cause,
  })
}
