import fc from 'fast-check'
import { expect, test } from 'vitest'
import { chunksOf } from '../tar/raw-tar.fixture.ts'
import { firstByte } from './first-byte.ts'

const of = (text: string, size = 3) => chunksOf(Buffer.from(text), size)

test.each([
  ['', '', undefined],
  ['abcdef', 'abcdef', undefined],
  ['abcdef', 'abcdeX', 5],
  ['Xbcdef', 'abcdef', 0],
  ['abc', 'abcdef', 3],
  ['abcdef', 'abc', 3],
  ['', 'a', 0],
])('%j and %j differ first at %s', async (one, other, place) => {
  expect(await firstByte(of(one), of(other, 2))).toBe(place)
})

test('however they are cut, the place is that of the first byte that is not the same', async () => {
  const bytes = fc.uint8Array({ maxLength: 40, max: 2 })
  const size = fc.integer({ min: 1, max: 10 })
  await fc.assert(
    fc.asyncProperty(bytes, bytes, size, size, async (one, other, a, b) => {
      const longest = Math.max(one.length, other.length)
      const place = Array.from({ length: longest }, (_, i) => i).find((i) => one[i] !== other[i])
      expect(await firstByte(chunksOf(one, a), chunksOf(other, b))).toBe(place)
    }),
  )
})

test('both are let go where they differ, and what reading one of them fails with is passed on', async () => {
  let open = 2
  async function* endless(byte: number) {
    try {
      for (;;) yield Buffer.alloc(10, byte)
    } finally {
      open--
    }
  }
  expect(await firstByte(endless(1), endless(2))).toBe(0)
  expect(open).toBe(0)
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(10, 1)
    throw new Error('cannot be read')
  }
  await expect(firstByte(endless(1), failing())).rejects.toThrow('cannot be read')
})
