import { isAgentError } from '../errors.ts'
import { type ActContext, timedOut } from './context.ts'

/** What one look at something that is waited for has shown. */
export type Sight = { readonly isThere: true } | { readonly isThere: false; readonly reason: string }

export interface PollOptions {
  /** What is waited for, in the words of a message, e.g. `the API server`. */
  readonly what: string
  /** Milliseconds between two looks; it doubles up to {@link slowest}. */
  readonly interval: number
  readonly slowest?: number
  /** Milliseconds at least between two changed reasons in the log. Default: 10 s. */
  readonly newsInterval?: number
  /** Asked once, when the time is over. */
  readonly details?: () => Promise<readonly string[]>
}

/**
 * Looks until something is there. A reason that has changed is logged.
 * @throws AgentError `TIMED_OUT` with the last reason when the run's deadline has passed; what `look` throws
 */
export async function poll(
  context: ActContext,
  look: () => Promise<Sight>,
  options: PollOptions,
): Promise<void> {
  const { host, logger, deadline } = context
  const { what, interval, slowest = interval, newsInterval = 10_000, details } = options
  let pause = interval
  let told: { readonly reason: string; readonly at: number } | undefined
  let reason = 'it was not looked at'
  while (host.now() < deadline) {
    const sight = await lookInTime(look, reason)
    if (sight.isThere) return
    reason = sight.reason
    if (told === undefined || (told.reason !== reason && host.now() - told.at >= newsInterval)) {
      logger.info(`Waiting for ${what}: ${reason}`)
      told = { reason, at: host.now() }
    }
    await host.sleep(Math.max(0, Math.min(pause, deadline - host.now())))
    pause = Math.min(pause * 2, slowest)
  }
  throw timedOut(what, reason, await details?.())
}

/** One that the deadline cuts off has shown nothing new. */
async function lookInTime(look: () => Promise<Sight>, reason: string): Promise<Sight> {
  try {
    return await look()
  } catch (error) {
    if (!isAgentError(error, 'TIMED_OUT')) throw error
    return { isThere: false, reason }
  }
}
