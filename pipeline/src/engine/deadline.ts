import { PipelineError } from '../errors.ts'

/** For what the engines do themselves, whose length depends on the machine's disk alone. Milliseconds. */
export const housekeepingLimit = 30 * 60_000

export interface Deadline {
  /** Fires when the build is interrupted or the time is up. */
  readonly signal: AbortSignal
  /** Why it fired: `INTERRUPTED` or `COMMAND_FAILED`; nothing while it has not. */
  error(): PipelineError | undefined
}

/**
 * Limits `work` (how messages name it) to `timeLimit` milliseconds. Without `interruption` it is not ended by
 * the end of the build: for cleaning up.
 */
export function startDeadline(work: string, timeLimit: number, interruption?: AbortSignal): Deadline {
  const limit = AbortSignal.timeout(timeLimit)
  return {
    signal: interruption ? AbortSignal.any([interruption, limit]) : limit,
    error() {
      if (interruption?.aborted) return new PipelineError('INTERRUPTED', 'The build was interrupted')
      if (limit.aborted) {
        return new PipelineError(
          'COMMAND_FAILED',
          `${work} was killed: it took more than ${timeLimit / 1000} s`,
        )
      }
      return undefined
    },
  }
}
