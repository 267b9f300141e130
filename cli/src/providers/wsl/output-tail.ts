/** Keeps the last bytes of a stream. */
export class OutputTail {
  readonly #limit: number
  #chunks: Buffer[] = []
  #length = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    // Not at every chunk: that would be quadratic.
    if (this.#length > 2 * this.#limit) this.#cut()
  }

  bytes(): Buffer {
    this.#cut()
    return this.#chunks[0] ?? Buffer.alloc(0)
  }

  #cut(): void {
    const whole = Buffer.concat(this.#chunks)
    this.#chunks = [Buffer.from(whole.subarray(Math.max(0, whole.length - this.#limit)))]
    this.#length = this.#chunks[0]?.length ?? 0
  }
}
