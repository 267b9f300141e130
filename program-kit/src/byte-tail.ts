export interface ByteTail {
  add(chunk: Uint8Array): void
  /** At most the last `limit` bytes. */
  bytes(): Buffer
}

/** Keeps the last bytes of a stream. */
export function createByteTail(limit: number): ByteTail {
  let chunks: Uint8Array[] = []
  let size = 0
  const cut = (): Buffer => {
    const kept = Buffer.from(Buffer.concat(chunks).subarray(-limit))
    chunks = [kept]
    size = kept.length
    return kept
  }
  return {
    add(chunk) {
      chunks.push(chunk)
      size += chunk.length
      // Only now and then, so that each byte is copied a few times at most.
      if (size > 2 * limit) cut()
    },
    bytes: cut,
  }
}
