import type { PipelineError } from '../errors.ts'

/** A failure that may not come again. `failure` is what the user sees when it does. */
export class Transient extends Error {
  readonly failure: PipelineError
  /** Milliseconds the server asks to wait. */
  readonly retryAfter: number | undefined

  constructor(failure: PipelineError, retryAfter?: number) {
    super(failure.message, { cause: failure })
    this.failure = failure
    this.retryAfter = retryAfter
  }
}
