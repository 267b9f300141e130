/** Where a tar is read from. */
export interface TarSource {
  /** How many bytes of the stream were read or passed over. */
  readonly position: number
  /**
   * From one to `most` of the next bytes, as they come; none only where the stream ends. They are valid until the
   * next call.
   */
  some(most: number): Promise<Uint8Array>
  /** Passes over the next bytes and returns how many they were: fewer than `length` only where the stream ends. */
  skip(length: number): Promise<number>
  /** Lets the stream go, at its end or before. */
  close(): Promise<void>
}

/** The next `length` bytes of a source, valid until its next call; fewer only where the stream ends. */
export async function take(source: TarSource, length: number): Promise<Uint8Array> {
  const first = await source.some(length)
  if (first.length === length || first.length === 0) return first
  const whole = Buffer.alloc(length)
  let taken = 0
  for (let part = first; part.length > 0; part = await source.some(length - taken)) {
    whole.set(part, taken)
    taken += part.length
  }
  return whole.subarray(0, taken)
}
