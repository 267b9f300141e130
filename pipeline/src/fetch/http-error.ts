import { PipelineError } from '../errors.ts'
import { Transient } from './transient.ts'

/** What Node and undici call failures that a second try may not meet. */
const transientCodes = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'EPIPE',
  'ETIMEDOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_SOCKET',
])

/** The error for a request that got no answer, or lost it midway. `url` is already redacted. */
export function connectionError(url: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return cause
  const reason = cause.code === 'ENOTFOUND' ? 'no such host' : cause.message || cause.code
  const failure = new PipelineError('SOURCE_UNREACHABLE', `${url}: ${reason}`, {
    hint: 'Check the network and the proxy variables, or use another mirror.',
    cause,
  })
  // HPE_…: the answer is not HTTP, as after a cut in the middle of a chunk.
  return transientCodes.has(cause.code) || cause.code.startsWith('HPE_') ? new Transient(failure) : failure
}

export interface StatusDetails {
  /** That header. */
  readonly retryAfter?: string | undefined
  /** In the place of the one for mirrors. */
  readonly hint?: string | undefined
}

/** The error for an answer other than the file. `url` is already redacted. */
export function statusError(url: string, status: number, { retryAfter, hint }: StatusDetails = {}): Error {
  if (status === 404 || status === 410) {
    return new PipelineError('SOURCE_MISSING', `${url} does not exist (${status})`, {
      hint: hint ?? 'Refresh the locks with `npm run lock`, or use a mirror that still has it.',
    })
  }
  const usual =
    status === 401 || status === 403
      ? 'Check the credentials in the URL of the mirror.'
      : 'Try again later, or use another mirror.'
  const failure = new PipelineError('SOURCE_UNREACHABLE', `${url}: the server answered ${status}`, {
    hint: hint ?? usual,
  })
  const transient = status === 408 || status === 425 || status === 429 || status >= 500
  return transient ? new Transient(failure, parseRetryAfter(retryAfter)) : failure
}

/** Seconds or a date (RFC 9110, section 10.2.3), as milliseconds from now. */
function parseRetryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now()
  return Number.isNaN(milliseconds) ? undefined : milliseconds
}
