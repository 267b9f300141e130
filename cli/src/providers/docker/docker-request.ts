import { KaweezleError } from '../../errors.ts'
import { interruption } from '../interruption.ts'
import { dockerFailure } from './docker-failure.ts'

/** For what a daemon answers from memory. Milliseconds. */
export const answerLimit = 30_000
/** For what depends on its disk, e.g. to copy a preloaded set of images. */
export const diskLimit = 30 * 60_000

export interface AskOptions {
  readonly timeLimit?: number
  /** Ends it from outside. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Waits for an answer of the daemon, but not for ever. `doing` completes "Docker cannot …".
 * @throws KaweezleError as {@link dockerFailure} makes it; `TIMED_OUT`; `INTERRUPTED`.
 */
export async function askDocker<T>(
  doing: string,
  { timeLimit = answerLimit, signal }: AskOptions,
  request: (abortSignal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(timeLimit)
  const abortSignal = signal ? AbortSignal.any([signal, limit]) : limit
  // Not all requests of dockerode take a signal.
  const { promise: ended, reject } = Promise.withResolvers<never>()
  const end = (): void => reject(abortSignal.reason)
  abortSignal.addEventListener('abort', end)
  try {
    abortSignal.throwIfAborted()
    return await Promise.race([request(abortSignal), ended])
  } catch (cause) {
    if (signal?.aborted) throw interruption(signal, `interrupted, asking Docker to ${doing}`)
    if (limit.aborted) {
      throw new KaweezleError('TIMED_OUT', `Docker did not ${doing} within ${timeLimit / 1000} s`, {
        hint: 'Restart Docker if it hangs, then do this again.',
        cause,
      })
    }
    throw dockerFailure(doing, cause)
  } finally {
    abortSignal.removeEventListener('abort', end)
  }
}
