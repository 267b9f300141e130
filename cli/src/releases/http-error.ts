import { KaweezleError } from '../errors.ts'
import { redact } from './redact.ts'
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

/** What Node calls certificates that nothing vouches for: mostly those of a company's proxy. */
const untrustedCodes = /^(UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|CERT_UNTRUSTED)/

/** The error for a request that got no answer, or lost it midway. `url` is already redacted. */
export function connectionError(url: string, cause: unknown): unknown {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return cause
  const { code } = cause
  const reason = code === 'ENOTFOUND' ? 'no such host' : redact(cause.message) || code
  const hint = untrustedCodes.test(code)
    ? "Give your company's certificate with --ca-file, or name it in NODE_EXTRA_CA_CERTS."
    : 'Check the network and HTTPS_PROXY, or use another source with --release.'
  const failure = new KaweezleError('SOURCE_UNREACHABLE', `${url}: ${reason}`, { hint, cause })
  // HPE_…: the answer is not HTTP, as after a cut in the middle of a chunk.
  return transientCodes.has(code) || code.startsWith('HPE_') ? new Transient(failure) : failure
}

/** What an answer is judged by. */
export interface Head {
  readonly status: number
  header(name: string): string | undefined
}

/** The error for an answer other than the file. `url` is already redacted. */
export function statusError(url: string, head: Head): Error {
  const { status } = head
  if (isRateLimit(head)) return rateLimitError(url, head)
  if (status === 404 || status === 410) {
    return new KaweezleError('SOURCE_MISSING', `${url} does not exist (${status})`, {
      hint: 'Check the name of the release, or use another source with --release.',
    })
  }
  const refused = status === 401 || status === 403
  const failure = new KaweezleError('SOURCE_UNREACHABLE', `${url}: the server answered ${status}`, {
    hint: refused
      ? 'Check the token or the credentials in the URL.'
      : 'Try again later, or use another source.',
  })
  const transient = status === 408 || status === 425 || status >= 500
  return transient ? new Transient(failure, parseRetryAfter(head)) : failure
}

/** https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function isRateLimit({ status, header }: Head): boolean {
  const isSpent = header('x-ratelimit-remaining') === '0' || header('retry-after') !== undefined
  return status === 429 || (status === 403 && isSpent)
}

function rateLimitError(url: string, head: Head): Transient {
  const wait = parseRetryAfter(head) ?? untilReset(head)
  const when =
    wait === undefined ? 'for now' : `until ${new Date(Date.now() + wait).toISOString().slice(0, 19)}Z`
  const failure = new KaweezleError('RATE_LIMITED', `${url}: the server allows no more requests ${when}`, {
    hint: 'Try again then, or give a GitHub token: with one, many more requests are allowed.',
  })
  return new Transient(failure, wait)
}

/** Seconds or a date (RFC 9110, section 10.2.3), as milliseconds from now. */
function parseRetryAfter({ header }: Head): number | undefined {
  const value = header('retry-after')
  if (value === undefined) return undefined
  const milliseconds = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - serverTime(header)
  return Number.isNaN(milliseconds) ? undefined : Math.max(milliseconds, 0)
}

function untilReset({ header }: Head): number | undefined {
  const value = header('x-ratelimit-reset')
  if (value === undefined || !/^\d{1,11}$/.test(value)) return undefined
  return Math.max(Number(value) * 1000 - serverTime(header), 1000)
}

/** By the server's own clock: the one here may be wrong by hours. */
function serverTime(header: Head['header']): number {
  const date = Date.parse(header('date') ?? '')
  return Number.isNaN(date) ? Date.now() : date
}
