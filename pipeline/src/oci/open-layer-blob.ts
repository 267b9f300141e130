import { createHash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { PipelineError } from '../errors.ts'
import type { LayerDescriptor } from './manifest.ts'
import { unzstd } from './unzstd.ts'
import { isZlibError } from './zlib-error.ts'

const outputSize = 2 ** 18

/**
 * The uncompressed tar of a layer's blob, which is held against its size and digest on the way.
 * @throws PipelineError while iterating: `CHECKSUM_MISMATCH` when the blob is another one, at the latest at its end;
 *   `ARCHIVE_INVALID` when it cannot be decompressed, or holds more than its compressed data.
 */
export async function* openLayerBlob(
  chunks: AsyncIterable<Uint8Array>,
  { digest, size, compression }: LayerDescriptor,
  label: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const refuse = (reason: string, cause?: unknown) => invalid(label, reason, cause)
  let isWhole = false
  async function* checked(): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256')
    let seen = 0
    for await (const chunk of chunks) {
      seen += chunk.length
      if (seen > size) throw mismatch(label, `has more than the ${size} bytes that its manifest gives it`)
      hash.update(chunk)
      yield chunk
    }
    if (seen < size) throw mismatch(label, `has ${seen} bytes, not the ${size} that its manifest gives it`)
    const found = hash.digest('hex')
    if (found !== digest) throw mismatch(label, `has sha256 ${found}, not the expected ${digest}`)
    isWhole = true
  }
  try {
    if (compression === 'none') yield* checked()
    else if (compression === 'zstd') yield* unzstd(checked(), refuse)
    else yield* pipeline(Readable.from(checked()), createGunzip({ chunkSize: outputSize }), () => {})
  } catch (error) {
    throw isZlibError(error) ? refuse('cannot be decompressed', error) : error
  }
  if (!isWhole) throw refuse('goes on after its compressed data')
}

function invalid(label: string, reason: string, cause?: unknown): PipelineError {
  return new PipelineError('ARCHIVE_INVALID', `${label} ${reason}`, {
    hint: 'Pull the image again; if it stays like this, do not use it.',
    cause,
  })
}

function mismatch(label: string, reason: string): PipelineError {
  return new PipelineError('CHECKSUM_MISMATCH', `${label} ${reason}`, {
    hint: 'Pull the image again, or from another registry.',
  })
}
