import { paddingOf } from './format.ts'
import type { Refuse } from './refusal.ts'
import type { TarSource } from './source.ts'

/** The content of the member that a reader stands at. */
export class MemberContent implements AsyncIterable<Uint8Array> {
  readonly #source: TarSource
  readonly #size: number
  readonly #refuse: Refuse
  #remaining: number
  #isTaken = false

  constructor(source: TarSource, size: number, refuse: Refuse) {
    this.#source = source
    this.#size = size
    this.#refuse = refuse
    this.#remaining = size
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#isTaken)
      throw new Error('The content of a member was asked for twice, or after the next member')
    this.#isTaken = true
    while (this.#remaining > 0) {
      const part = await this.#source.some(this.#remaining)
      if (part.length === 0) throw this.#refuse('the archive is cut off')
      this.#remaining -= part.length
      yield part
    }
  }

  /** Passes over what was not read, and the padding. */
  async finish(): Promise<void> {
    this.#isTaken = true
    const missing = this.#remaining + paddingOf(this.#size)
    this.#remaining = 0
    if ((await this.#source.skip(missing)) < missing) throw this.#refuse('the archive is cut off')
  }
}
