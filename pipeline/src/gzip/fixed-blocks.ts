export interface FixedBlocksOptions {
  /** Bytes of every block but the last, which is shorter and never empty. */
  readonly size: number
  /** How many blocks there is memory for: asking for another one overwrites the block that many before it. */
  readonly kept: number
}

/**
 * Regroups `chunks` into blocks of a fixed size. Memory is used again: thousands of new buffers would keep V8's
 * garbage collector busy.
 */
export async function* fixedBlocks(
  chunks: AsyncIterable<Uint8Array>,
  { size, kept }: FixedBlocksOptions,
): AsyncGenerator<Uint8Array> {
  const memory = Array.from({ length: kept }, () => Buffer.allocUnsafeSlow(size))
  let next = 0
  let filled = 0
  for await (const chunk of chunks) {
    for (let taken = 0; taken < chunk.length; ) {
      const block = memory[next] as Buffer
      const part = chunk.subarray(taken, taken + size - filled)
      block.set(part, filled)
      filled += part.length
      taken += part.length
      if (filled < size) continue
      yield block
      next = (next + 1) % kept
      filled = 0
    }
  }
  if (filled > 0) yield (memory[next] as Buffer).subarray(0, filled)
}
