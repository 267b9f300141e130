import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { chunksOf } from '../tar/raw-tar.fixture.ts'
import { gunzip } from './gunzip.ts'

const bytes = Buffer.concat([Buffer.alloc(3_000_000), randomBytes(200_000), Buffer.alloc(1_000_000, 'text')])
const packed = gzipSync(bytes)
const label = 'a.tar.gz'

async function partsOf(file: Uint8Array, chunkSize: number): Promise<[packed: number, unpacked: number][]> {
  const parts: [number, number][] = []
  const onPart = (from: number, to: number) => void parts.push([from, to])
  expect(Buffer.compare(await buffer(gunzip(chunksOf(file, chunkSize), { label, onPart })), bytes)).toBe(0)
  return parts
}

test('a file is unpacked, and every byte of it is accounted for, however it comes', async () => {
  for (const size of [7_000, 100_000, packed.length]) {
    const parts = await partsOf(packed, size)
    expect(parts.reduce((sum, [from]) => sum + from, 0)).toBe(packed.length)
    expect(parts.reduce((sum, [, to]) => sum + to, 0)).toBe(bytes.length)
  }
})

test('what each part became does not depend on the moment', async () => {
  const once = await partsOf(packed, 50_000)
  expect(await partsOf(packed, 50_000)).toEqual(once)
})

test.each([
  ['is cut off', packed.subarray(0, -20)],
  [
    'has a flipped bit',
    Buffer.concat([
      packed.subarray(0, 150_000),
      Buffer.from([~(packed[150_000] ?? 0)]),
      packed.subarray(150_001),
    ]),
  ],
  ['is something else', Buffer.from('no gzip at all')],
])('a file that %s is refused', async (_, file) => {
  const failure = buffer(gunzip(chunksOf(file, 5_000), { label }))
  await expect(failure).rejects.toMatchObject({
    code: 'ARCHIVE_INVALID',
    message: 'a.tar.gz cannot be decompressed',
  })
})

test('what the source fails with is passed on', async () => {
  async function* failing() {
    yield packed.subarray(0, 100)
    throw new Error('the source failed')
  }
  await expect(buffer(gunzip(failing(), { label }))).rejects.toThrow('the source failed')
})

test('who stops early lets the source go', async () => {
  let isClosed = false
  async function* source() {
    try {
      yield* chunksOf(packed, 10_000)
    } finally {
      isClosed = true
    }
  }
  for await (const _ of gunzip(source(), { label })) break
  expect(isClosed).toBe(true)
})
