import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { constants, crc32, deflateRaw, type ZlibOptions } from 'node:zlib'
import { fixedBlocks } from './fixed-blocks.ts'

export interface GzipOptions {
  /** Blocks compressed at a time. It bounds memory and speed, never the output. */
  readonly inFlight?: number
  /** Told of each block, in order, to how many bytes how many were compressed. */
  readonly onBlock?: (packed: number, unpacked: number) => void
}

const parameters = { level: 5, memLevel: 9, block: 2 * 1024 * 1024 } as const

/**
 * What the compressed bytes depend on besides the input. The processor is not among it: Node 24.21's zlib gave the
 * same bytes on x86_64 with and without SSE 4.2, and on aarch64.
 */
export const compressor = { zlib: process.versions.zlib, ...parameters } as const

/** Deflate (RFC 1951) finds matches at most this many bytes back. */
const window = 32 * 1024

/** RFC 1952: magic, deflate, no flags (so no name), mtime 0, XFL 0, OS 255 (unknown: it is the same on all). */
const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)

/** An empty final block, as deflate ends a stream whose data was all flushed before. */
const lastBlock = Uint8Array.of(0x03, 0x00)

const deflateBlock = promisify(deflateRaw)

/**
 * Compresses `chunks` to one gzip member (RFC 1952), in parallel on libuv's thread pool, in the way of pigz:
 * blocks of a fixed size are deflated on their own, each with the end of the block before as dictionary, and
 * joined at byte boundaries by sync flushes. The output depends on the bytes and on {@link compressor} only.
 * A chunk may be overwritten once the next one is asked for. Throws what `chunks` throws.
 */
export async function* gzip(
  chunks: AsyncIterable<Uint8Array>,
  { inFlight = 2 * availableParallelism() + 2, onBlock }: GzipOptions = {},
): AsyncGenerator<Uint8Array> {
  const pending: Pending[] = []
  // Those in flight, the one being filled, and the one whose end is the dictionary of the oldest in flight.
  const kept = inFlight + 2
  let checksum = 0
  let size = 0
  let dictionary: Uint8Array | undefined
  async function oldest(): Promise<Uint8Array> {
    const { size, deflated } = pending.shift() as Pending
    const packed = await deflated
    onBlock?.(packed.length, size)
    return packed
  }
  try {
    yield header
    for await (const block of fixedBlocks(chunks, { size: parameters.block, kept })) {
      if (pending.length >= inFlight) yield await oldest()
      pending.push({ size: block.length, deflated: deflateBlock(block, blockOptions(dictionary)) })
      checksum = crc32(block, checksum)
      size += block.length
      dictionary = block.subarray(-window)
    }
    while (pending.length > 0) yield await oldest()
    yield lastBlock
    yield trailer(checksum, size)
  } finally {
    await Promise.allSettled(pending.map(({ deflated }) => deflated))
  }
}

/** A block on its way, and how many bytes it had. */
interface Pending {
  readonly size: number
  readonly deflated: Promise<Uint8Array>
}

function blockOptions(dictionary: Uint8Array | undefined): ZlibOptions {
  const { level, memLevel, block } = parameters
  return {
    level,
    memLevel,
    finishFlush: constants.Z_SYNC_FLUSH,
    // Most blocks shrink to less, in one trip to the thread pool.
    chunkSize: block / 2,
    ...(dictionary && { dictionary }),
  }
}

function trailer(checksum: number, size: number): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeUInt32LE(checksum, 0)
  bytes.writeUInt32LE(size % 2 ** 32, 4)
  return bytes
}
