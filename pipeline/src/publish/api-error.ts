import { isPipelineError, PipelineError } from '../errors.ts'
import { asPipelineError } from '../fetch/as-pipeline-error.ts'
import { redact } from '../fetch/redact.ts'
import { Transient } from '../fetch/transient.ts'
import { formatSeconds } from '../render/amounts.ts'
import { type Refusal, waitFor } from './rate-limit.ts'
import type { Token } from './token.ts'

export interface ApiContext {
  /** What was to be done, e.g. `upload rootfs.tar.gz`. */
  readonly what: string
  /** `OWNER/NAME` */
  readonly repository: string
  readonly token: Token
  /** Of the request. */
  readonly signal: AbortSignal
}

/**
 * What to throw for a request to GitHub that failed: {@link Transient} where looking again and trying again may
 * help, PipelineError `RELEASE_REFUSED` or the signal's reason where it does not.
 */
export function apiError(error: unknown, context: ApiContext): unknown {
  const { signal } = context
  if (signal.aborted)
    return signal.reason instanceof Transient ? signal.reason : asPipelineError(signal.reason)
  if (isPipelineError(error) || error instanceof Transient) return error
  if (!isRequestError(error)) return error
  if (error.response === undefined) return new Transient(unreachable(reasonOf(error), context))
  const { status, headers } = error.response
  const refusal = { status, headers, message: shown(error.message, context) }
  const wait = waitFor(refusal, Date.now())
  if (wait !== undefined) return new Transient(limited(wait, context), wait)
  if (status === 408 || status === 425 || status >= 500) {
    return new Transient(unreachable(`GitHub answered ${status}`, context))
  }
  // Somebody else made it, or this program, whose answer got lost. What to do about it shows the next look.
  if (status === 422 && isAlreadyThere(error.response.data))
    return new Transient(refused(refusal, context), 0)
  return refused(refusal, context)
}

/** What Octokit throws; its class is in a package of Octokit's own. */
interface RequestError extends Error {
  readonly status: number
  readonly request: unknown
  /** Absent where no answer came. */
  readonly response?: {
    readonly status: number
    readonly headers: Refusal['headers']
    readonly data: unknown
  }
}

function isRequestError(error: unknown): error is RequestError {
  return error instanceof Error && 'status' in error && 'request' in error
}

/** A failure without an answer, which a second try may not meet. */
export function unreachable(reason: string, { what }: Pick<ApiContext, 'what'>): PipelineError {
  return new PipelineError('SOURCE_UNREACHABLE', `cannot ${what}: ${reason}`, {
    hint: 'Check the network, the proxy variables and --api-url, and run it again: it goes on where it stopped.',
  })
}

function limited(wait: number, { what }: ApiContext): PipelineError {
  return new PipelineError(
    'SOURCE_UNREACHABLE',
    `cannot ${what}: GitHub's rate limit is reached, for another ${formatSeconds(wait / 1000)}`,
    { hint: 'Run it again later: it goes on where it stopped.' },
  )
}

function refused({ status, message }: Refusal, context: ApiContext): PipelineError {
  const { what } = context
  return new PipelineError('RELEASE_REFUSED', `cannot ${what}: GitHub answered ${status}: ${message}`, {
    hint: hintFor(status, message, context),
    cause: Object.assign(new Error(`status ${status}`), { status }),
  })
}

/** Whether GitHub has refused with this status. */
export function isRefusedWith(error: unknown, ...statuses: number[]): error is PipelineError {
  if (!isPipelineError(error, 'RELEASE_REFUSED')) return false
  const { status } = (error.cause ?? {}) as { status?: number }
  return status !== undefined && statuses.includes(status)
}

/** Undefined for what GitHub says is not there: a list may still name what was deleted a moment ago. */
export async function unlessMissing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isRefusedWith(error, 404)) return undefined
    throw error
  }
}

function hintFor(status: number, message: string, { repository, token }: ApiContext): string {
  if (status === 401)
    return `The token in ${token.variables.join(' or ')} is wrong or has expired: give another one.`
  if (status === 403 || status === 404)
    return `Check that ${repository} exists and that the token in ${token.variables.join(' or ')} may write to it: ${token.rights}.`
  if (/immutable/i.test(message)) return 'Releases of this repository are immutable: use another tag.'
  if (/target_commitish|Reference|No commit/i.test(message))
    return 'Push the commit first, or name another one with --target.'
  return "Read what GitHub says, and the repository's rules for tags and releases."
}

function isAlreadyThere(data: unknown): boolean {
  const { errors } = (data ?? {}) as { errors?: unknown }
  return Array.isArray(errors) && errors.some((one) => one?.code === 'already_exists')
}

/** The innermost reason: fetch itself only says that it failed. */
function reasonOf(error: RequestError): string {
  let cause: unknown = error
  for (let depth = 0; depth < 5 && cause instanceof Error && cause.cause !== undefined; depth++)
    cause = cause.cause
  const { code, message } = cause as { code?: unknown; message?: unknown }
  return redact(String(message || code || error.message))
}

function shown(message: string, { token }: ApiContext): string {
  return redact(message.replaceAll(token.text, '[token]')).slice(0, 500)
}
