import { createHash } from 'node:crypto'
import type { Sha256 } from '../digest.ts'
import type { Written } from '../store/draft.ts'

export interface MeterOptions {
  readonly signal: AbortSignal
  /** Told the bytes that have passed. */
  readonly onBytes?: ((done: number) => void) | undefined
}

/** Counts and hashes what passes by, and ends it when the signal fires. */
export class Meter {
  readonly #hash = createHash('sha256')
  readonly #options: MeterOptions
  size = 0

  constructor(options: MeterOptions) {
    this.#options = options
  }

  add(chunk: Uint8Array): void {
    this.#options.signal.throwIfAborted()
    this.#hash.update(chunk)
    this.size += chunk.length
    this.#options.onBytes?.(this.size)
  }

  written(): Written {
    return { size: this.size, sha256: this.#hash.copy().digest('hex') as Sha256 }
  }
}
