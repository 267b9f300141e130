import { isPipelineError, PipelineError } from '../errors.ts'
import type { Deadline } from './deadline.ts'

/**
 * Waits for an answer of the Docker daemon. `doing` completes "Docker cannot …".
 * @throws PipelineError as {@link dockerFailure} makes it.
 */
export async function askDocker<T>(doing: string, deadline: Deadline, answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    throw dockerFailure(doing, deadline, error)
  }
}

/** The deadline's error where it was the reason, otherwise `ENGINE_FAILED` with the daemon's own words. */
export function dockerFailure(doing: string, deadline: Deadline, cause: unknown): PipelineError {
  if (isPipelineError(cause)) return cause
  const reason = cause instanceof Error ? cause.message.trim() : String(cause)
  return (
    deadline.error() ?? new PipelineError('ENGINE_FAILED', `Docker cannot ${doing}: ${reason}`, { cause })
  )
}
