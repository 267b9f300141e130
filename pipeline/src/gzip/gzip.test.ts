import { createHash } from 'node:crypto'
import { crc32, gunzipSync, inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compressor, gzip } from './gzip.ts'

const { block } = compressor

/** Three and a half blocks: words, which shrink, and noise, which does not. */
const sample = Buffer.concat([words(2 * block), noise(block), words(block / 2)])

test.each([
  ['nothing', 0],
  ['one byte', 1],
  ['one byte less than a block', block - 1],
  ['exactly one block', block],
  ['one byte more than a block', block + 1],
  ['exactly three blocks', 3 * block],
  ['three and a half blocks', sample.length],
])('%s comes back as it was', async (_, size) => {
  const input = sample.subarray(0, size)
  expect(gunzipSync(await collect(gzip(chunked(input, 100_000)))).equals(input)).toBe(true)
})

test('the output is one member whose header tells neither name, time nor system', async () => {
  const output = await collect(gzip(chunked(sample, sample.length)))
  expect(output.subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff')
  expect(inflateRawSync(output.subarray(10, -8)).equals(sample)).toBe(true)
  expect(output.readUInt32LE(output.length - 8)).toBe(crc32(sample))
  expect(output.readUInt32LE(output.length - 4)).toBe(sample.length)
})

test('the output depends neither on how many blocks are compressed at a time nor on how the input is cut', async () => {
  const expected = digest(await collect(gzip(chunked(sample, sample.length))))
  const cuts = fc.array(fc.nat(sample.length), { maxLength: 50 })
  await fc.assert(
    fc.asyncProperty(cuts, fc.constantFrom(1, 2, 8), async (positions, inFlight) => {
      expect(digest(await collect(gzip(cutAt(sample, positions), { inFlight })))).toBe(expected)
    }),
    { numRuns: 20 },
  )
})

test('a producer may overwrite a chunk when it is asked for the next one', async () => {
  async function* reusing(): AsyncGenerator<Uint8Array> {
    const memory = Buffer.alloc(70_000)
    for (let at = 0; at < sample.length; at += memory.length) {
      yield memory.subarray(0, sample.copy(memory, 0, at))
      memory.fill(0)
    }
  }
  expect(gunzipSync(await collect(gzip(reusing()))).equals(sample)).toBe(true)
})

test.each([0, block - 1, block, 2 * block + 77, sample.length - 1])(
  'one bit planted at byte %i changes the output',
  async (at) => {
    const planted = Buffer.from(sample)
    planted.writeUInt8(planted.readUInt8(at) ^ 1, at)
    expect(digest(await collect(gzip(chunked(planted, 65_536))))).not.toBe(
      digest(await collect(gzip(chunked(sample, 65_536)))),
    )
  },
)

test('a block takes what it repeats from the block before', async () => {
  const repeated = noise(16_000)
  const input = Buffer.concat([words(block - repeated.length), repeated, repeated])
  const alone = Buffer.concat([words(block - repeated.length), repeated, noise(16_000, 'other')])
  const saved =
    (await collect(gzip(chunked(alone, block)))).length - (await collect(gzip(chunked(input, block)))).length
  expect(saved).toBeGreaterThan(15_000)
})

test('no more blocks are read ahead than may be in flight', async () => {
  let read = 0
  let most = 0
  let written = 0
  async function* counted(): AsyncGenerator<Uint8Array> {
    for (let i = 0; i < 40; i++) {
      read += 1
      most = Math.max(most, read - written)
      yield words(block)
    }
  }
  for await (const chunk of gzip(counted(), { inFlight: 3 })) if (chunk.length > 10) written += 1
  expect(written).toBe(40)
  expect(most).toBe(4)
})

test('an input that fails fails the output, after blocks that were already under way', async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield words(3 * block)
    throw new Error('the disk is gone')
  }
  await expect(collect(gzip(failing()))).rejects.toThrow('the disk is gone')
})

test('a reader that stops early ends the input', async () => {
  let isEnded = false
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield words(block)
    } finally {
      isEnded = true
    }
  }
  for await (const chunk of gzip(endless())) if (chunk.length > 10) break
  expect(isEnded).toBe(true)
})

function words(size: number): Buffer {
  const text = Array.from({ length: 5000 }, (_, i) =>
    createHash('md5')
      .update(`${i % 700}`)
      .digest('hex')
      .slice(0, 2 + (i % 7)),
  )
  return Buffer.alloc(size, text.join(' '))
}

function noise(size: number, seed = 'noise'): Buffer {
  return createHash('shake256', { outputLength: size }).update(seed).digest()
}

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function* cutAt(bytes: Buffer, positions: readonly number[]): AsyncGenerator<Uint8Array> {
  const bounds = [0, ...positions.toSorted((a, b) => a - b), bytes.length]
  for (const [index, end] of bounds.slice(1).entries()) yield bytes.subarray(bounds[index], end)
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const collected: Uint8Array[] = []
  for await (const chunk of chunks) collected.push(chunk)
  return Buffer.concat(collected)
}

function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
