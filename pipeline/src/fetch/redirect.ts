import { PipelineError } from '../errors.ts'
import { redact } from './redact.ts'

/**
 * Where a redirect leads. Credentials in it are dropped: they are the server's idea, not the user's.
 * @throws PipelineError `SOURCE_UNREACHABLE` when it is no http URL, or would give up TLS
 */
export function nextHop(current: URL, location: string): URL {
  const next = URL.parse(location, current.href)
  const allowed = current.protocol === 'https:' ? ['https:'] : ['https:', 'http:']
  if (next === null || !allowed.includes(next.protocol)) {
    throw new PipelineError(
      'SOURCE_UNREACHABLE',
      `${redact(current.href)}: redirects to ${redact(location)}, which is not followed`,
      { hint: 'Use another mirror.' },
    )
  }
  next.username = ''
  next.password = ''
  return next
}
