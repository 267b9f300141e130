import { crc32 } from 'node:zlib'
import { fixedBlocks } from '../gzip/fixed-blocks.ts'

/** RFC 1952: magic, deflate, no flags, mtime 0, XFL 0, OS 255 (unknown). */
const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255)
/** The most that a stored block holds (RFC 1951, 3.2.4). */
const largestBlock = 0xffff

/**
 * Wraps `chunks` in gzip without compressing them: the bytes are the same on every machine and with every zlib,
 * and what holds them is compressed itself. A part is valid until the next one is asked for.
 */
export async function* storedGzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let checksum = 0
  let size = 0
  yield header
  for await (const block of fixedBlocks(chunks, { size: largestBlock, kept: 1 })) {
    checksum = crc32(block, checksum)
    size += block.length
    yield blockHeader(block.length, 0)
    yield block
  }
  yield blockHeader(0, 1)
  const trailer = Buffer.alloc(8)
  trailer.writeUInt32LE(checksum, 0)
  trailer.writeUInt32LE(size % 2 ** 32, 4)
  yield trailer
}

function blockHeader(length: number, isLast: 0 | 1): Uint8Array {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt8(isLast, 0)
  bytes.writeUInt16LE(length, 1)
  bytes.writeUInt16LE(largestBlock - length, 3)
  return bytes
}
