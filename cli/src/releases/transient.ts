import { setTimeout as sleep } from 'node:timers/promises'
import { KaweezleError } from '../errors.ts'
import type { Limits } from './limits.ts'
import type { ReleaseEvent } from './release-event.ts'

/** A failure that may not come again. `failure` is what the user sees when it does. */
export class Transient extends Error {
  readonly failure: KaweezleError
  /** Milliseconds the server asks to wait. */
  readonly retryAfter: number | undefined

  constructor(failure: KaweezleError, retryAfter?: number) {
    super(failure.message, { cause: failure })
    this.failure = failure
    this.retryAfter = retryAfter
  }
}

export interface RetryOptions {
  readonly label: string
  readonly limits: Limits
  readonly signal: AbortSignal
  readonly onEvent: (event: ReleaseEvent) => void
  /** Whether the try that just failed brought something new: then the count starts again. */
  readonly hasProgressed?: () => boolean
}

/**
 * Does `action` again, after a pause, for as long as it throws {@link Transient} and that may help.
 * @throws KaweezleError `INTERRUPTED`, the failure that lasted, and all else that `action` throws
 */
export async function retry<T>(options: RetryOptions, action: () => Promise<T>): Promise<T> {
  const { label, limits, signal, onEvent, hasProgressed = () => false } = options
  for (let failures = 1; ; failures++) {
    try {
      return await action()
    } catch (error) {
      if (signal.aborted) throw interruption(signal)
      if (!(error instanceof Transient)) throw error
      if (hasProgressed()) failures = 1
      const { retryAfter = 0, failure } = error
      if (failures >= limits.tries || retryAfter > limits.longestWait) throw failure
      const delay = Math.min(Math.max(backoff(failures, limits), retryAfter), limits.longestWait)
      onEvent({ type: 'retrying', label, reason: failure.message, delay })
      await sleep(delay, undefined, { signal }).catch(() => {})
      if (signal.aborted) throw interruption(signal)
    }
  }
}

/** What to throw when somebody ended what was under way. */
export function interruption({ reason }: AbortSignal): KaweezleError {
  return reason instanceof KaweezleError
    ? reason
    : new KaweezleError('INTERRUPTED', 'interrupted', { cause: reason })
}

/** With jitter, so that many clients do not come back to a struggling server together. */
function backoff(failures: number, limits: Limits): number {
  return limits.backoff * 2 ** (failures - 1) * (0.5 + Math.random() / 2)
}
