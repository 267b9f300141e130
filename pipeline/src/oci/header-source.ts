import type { TarSource } from '../tar/source.ts'
import type { TarSplitEntry } from './tar-split.ts'

const nothing: Uint8Array = new Uint8Array(0)

/** A tar as far as its tar-split has it: contents can be passed over, and not read. */
export function headerSource(entries: AsyncIterable<TarSplitEntry>): TarSource {
  const iterator = entries[Symbol.asyncIterator]()
  let segment = nothing
  let contentLeft = 0
  let position = 0

  async function advance(): Promise<boolean> {
    const next = await iterator.next()
    if (next.done) return false
    if (next.value.type === 'segment') segment = next.value.bytes
    else contentLeft = next.value.size
    return true
  }

  return {
    get position() {
      return position
    },
    async some(most) {
      while (segment.length === 0 && contentLeft === 0) if (!(await advance())) return nothing
      if (contentLeft > 0) throw new Error('A tar-split does not hold the contents of a tar')
      const part = segment.subarray(0, most)
      segment = segment.subarray(part.length)
      position += part.length
      return part
    },
    async skip(length) {
      let missing = length
      while (missing > 0) {
        const step = Math.min(missing, contentLeft || segment.length)
        if (step === 0) {
          if (await advance()) continue
          break
        }
        if (contentLeft > 0) contentLeft -= step
        else segment = segment.subarray(step)
        missing -= step
      }
      position += length - missing
      return length - missing
    },
    async close() {
      await iterator.return?.()
    },
  }
}
