import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Sha256 } from '../digest.ts'
import { chunksOf } from '../tar/raw-tar.fixture.ts'
import type { Compression } from './media-types.ts'
import { openLayerBlob } from './open-layer-blob.ts'

const text = Buffer.from('what a layer holds '.repeat(50_000))
const skippable = Buffer.from('5a2a4d1803000000616263', 'hex')

function open(blob: Uint8Array, compression: Compression, actual = blob): Promise<Buffer> {
  const digest = createHash('sha256').update(blob).digest('hex') as Sha256
  return buffer(
    openLayerBlob(chunksOf(actual, 1000), { digest, size: blob.length, compression }, 'the layer'),
  )
}

it.each<[string, Compression, Uint8Array[]]>([
  ['as it is', 'none', [text]],
  ['from gzip', 'gzip', [gzipSync(text)]],
  [
    'from several gzip members (estargz)',
    'gzip',
    [gzipSync(text.subarray(0, 500)), gzipSync(text.subarray(500))],
  ],
  ['from zstd', 'zstd', [zstdCompressSync(text)]],
  [
    'from zstd frames with others to pass over (zstd:chunked)',
    'zstd',
    [zstdCompressSync(text.subarray(0, 500)), skippable, zstdCompressSync(text.subarray(500)), skippable],
  ],
  [
    'from zstd blocks that are not compressed',
    'zstd',
    [Buffer.from('28b52ffd20a9490500', 'hex'), text.subarray(0, 169)],
  ],
])('a layer is read %s', async (_, compression, parts) => {
  const read = await open(Buffer.concat(parts), compression)
  expect(read.equals(text) || read.equals(text.subarray(0, 169))).toBe(true)
})

describe('a blob is refused', () => {
  const blobs = { none: text, gzip: gzipSync(text), zstd: zstdCompressSync(text) } as const
  const flipped = (blob: Uint8Array): Uint8Array =>
    blob.map((byte, i) => (i === blob.length >> 1 ? byte ^ 1 : byte))

  it.each(['none', 'gzip', 'zstd'] as const)('with a flipped bit (%s)', async (compression) => {
    const blob = blobs[compression]
    await expect(open(blob, compression, flipped(blob))).rejects.toThrow(
      expect.objectContaining({ code: expect.stringMatching(/CHECKSUM_MISMATCH|ARCHIVE_INVALID/) }),
    )
  })

  it.each(['none', 'gzip', 'zstd'] as const)('when it is cut off (%s)', async (compression) => {
    const blob = blobs[compression]
    await expect(open(blob, compression, blob.subarray(0, -1))).rejects.toThrow(
      expect.objectContaining({
        code: 'CHECKSUM_MISMATCH',
        message: expect.stringContaining('bytes, not the'),
      }),
    )
  })

  it.each(['none', 'gzip', 'zstd'] as const)('when it goes on (%s)', async (compression) => {
    const blob = blobs[compression]
    await expect(open(blob, compression, Buffer.concat([blob, blob]))).rejects.toThrow(
      expect.objectContaining({ code: 'CHECKSUM_MISMATCH', message: expect.stringContaining('more than') }),
    )
  })

  it.each<[string, Compression, Uint8Array]>([
    ['plain text for gzip', 'gzip', text],
    ['plain text for zstd', 'zstd', text],
    ['gzip for zstd', 'zstd', blobs.gzip],
    ['zstd for gzip', 'gzip', blobs.zstd],
    ['gzip with something after it', 'gzip', Buffer.concat([blobs.gzip, Buffer.from('more')])],
    ['zstd with something after it', 'zstd', Buffer.concat([blobs.zstd, Buffer.from('more')])],
    ['half a gzip', 'gzip', blobs.gzip.subarray(0, -4)],
    ['half a zstd', 'zstd', blobs.zstd.subarray(0, -1)],
    ['half a frame to pass over', 'zstd', Buffer.concat([blobs.zstd, skippable.subarray(0, -1)])],
    ['a zstd block of an unknown type', 'zstd', Buffer.from('28b52ffd2001ffffff', 'hex')],
    ['nothing for gzip', 'gzip', Buffer.alloc(0)],
  ])('that is %s', async (_, compression, blob) => {
    await expect(open(blob, compression)).rejects.toThrow(
      expect.objectContaining({ code: 'ARCHIVE_INVALID' }),
    )
  })
})
