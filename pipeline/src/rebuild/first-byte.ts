import { chunkSource } from '../tar/chunk-source.ts'

/**
 * Where two streams of bytes differ first, counted from 0: where one of them ends, or has another byte. Undefined when
 * they are the same. Chunks may be cut in any way; one of each is held.
 */
export async function firstByte(
  one: AsyncIterable<Uint8Array>,
  other: AsyncIterable<Uint8Array>,
): Promise<number | undefined> {
  const [a, b] = [chunkSource(one), chunkSource(other)]
  try {
    for (;;) {
      const start = a.position
      const part = await a.some(2 ** 18)
      if (part.length === 0) return (await b.some(1)).length === 0 ? undefined : start
      for (let done = 0; done < part.length; ) {
        const counterpart = await b.some(part.length - done)
        if (counterpart.length === 0) return start + done
        const expected = part.subarray(done, done + counterpart.length)
        if (Buffer.compare(expected, counterpart) !== 0)
          return start + done + expected.findIndex((byte, index) => byte !== counterpart[index])
        done += counterpart.length
      }
    }
  } finally {
    await Promise.all([a.close(), b.close()])
  }
}
