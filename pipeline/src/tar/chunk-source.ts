import type { TarSource } from './source.ts'

const nothing: Uint8Array = new Uint8Array(0)

/** Reads a tar from a stream of chunks, holding one of them. */
export function chunkSource(chunks: AsyncIterable<Uint8Array>): TarSource {
  const iterator = chunks[Symbol.asyncIterator]()
  let chunk = nothing
  let position = 0

  async function some(most: number): Promise<Uint8Array> {
    while (chunk.length === 0) {
      const next = await iterator.next()
      if (next.done) return nothing
      chunk = next.value
    }
    const part = chunk.subarray(0, most)
    chunk = chunk.subarray(part.length)
    position += part.length
    return part
  }

  return {
    get position() {
      return position
    },
    some,
    async skip(length) {
      let missing = length
      for (let part = await some(missing); part.length > 0; part = await some(missing)) missing -= part.length
      return length - missing
    },
    async close() {
      await iterator.return?.()
    },
  }
}
