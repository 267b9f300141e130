import { setTimeout as sleep } from 'node:timers/promises'
import { asPipelineError } from '../fetch/as-pipeline-error.ts'
import { Transient } from '../fetch/transient.ts'
import { formatSeconds } from '../render/amounts.ts'
import type { PublishLimits } from './limits.ts'

export interface Patience {
  readonly limits: PublishLimits
  readonly signal: AbortSignal
  /** One line on what happens. */
  readonly onLine: (text: string) => void
}

/**
 * Waits after the `count`-th failure of the same thing, as long as GitHub asks for, or longer each time.
 * @throws PipelineError the failure itself, when there is no use in waiting; `INTERRUPTED`
 */
export async function waitAfter(
  { failure, retryAfter }: Transient,
  count: number,
  { limits, signal, onLine }: Patience,
): Promise<void> {
  const backoff = limits.backoff * 2 ** (count - 1) * (0.5 + Math.random() / 2)
  // 0: what is in the way is there to be seen, at once; mostly.
  const delay = retryAfter === 0 && count === 1 ? 0 : Math.max(backoff, retryAfter ?? 0)
  if (count >= limits.tries || delay > limits.longestWait) throw failure
  onLine(`${failure.message}; again in ${formatSeconds(delay / 1000)}`)
  try {
    await sleep(delay, undefined, { signal })
  } catch {
    throw asPipelineError(signal.reason)
  }
}

/**
 * Asks as often as the limits allow.
 * @throws PipelineError as {@link waitAfter}, and whatever `question` throws that is not Transient
 */
export async function askRepeatedly<T>(patience: Patience, question: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await question()
    } catch (error) {
      if (!(error instanceof Transient)) throw error
      await waitAfter(error, count, patience)
    }
  }
}
