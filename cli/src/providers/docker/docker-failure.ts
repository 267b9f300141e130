import { isKaweezleError, KaweezleError } from '../../errors.ts'

/** The HTTP status that the daemon answered with; undefined where it did not answer. */
export function answerStatus(error: unknown): number | undefined {
  const has = error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
  return has ? (error.statusCode as number) : undefined
}

/** Whether the daemon is about something else with the same thing. Podman has no status for that of a container that ends. */
export function isBusy(error: unknown): boolean {
  const status = answerStatus(error)
  return status === 409 || (status === 500 && reasonOf(error).includes('container state improper'))
}

/** What it answers, but undefined where the thing is not there. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    if (answerStatus(error) === 404) return undefined
    throw error
  }
}

/** The error that a failed request becomes. `doing` completes "Docker cannot …". */
export function dockerFailure(doing: string, cause: unknown): KaweezleError {
  if (isKaweezleError(cause)) return cause
  const reason = reasonOf(cause)
  // The words are the kernel's, which the daemon passes on; it gives no code of its own.
  if (/no space left on device|disk quota exceeded/i.test(reason)) {
    return new KaweezleError('DISK_FULL', `Docker cannot ${doing}: no space is left on its disk`, {
      hint: 'Free some: `docker system df` shows what takes it, `docker system prune` removes what is unused.',
      cause,
    })
  }
  if (answerStatus(cause) !== undefined) {
    return new KaweezleError('PROVIDER_FAILED', `Docker cannot ${doing}: ${reason}`, {
      hint: 'Run `kaweezle doctor`; the log of the Docker daemon may say more.',
      cause,
    })
  }
  return new KaweezleError('PROVIDER_UNAVAILABLE', `Docker went away, asked to ${doing}: ${reason}`, {
    hint: 'See that Docker runs, then do this again: what was begun is ended.',
    cause,
  })
}

/** The daemon's own words, in one line. */
export function reasonOf(cause: unknown): string {
  const message = cause instanceof Error ? cause.message : String(cause)
  return (
    message
      .replace(/^\(HTTP code \d+\)[^-]*- /, '')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
      .replace(/[\u0000-\u001f\u007f]+/g, ' ')
      .trim()
  )
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}
