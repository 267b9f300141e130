import { KaweezleError } from '../errors.ts'
import { Deadline } from './deadline.ts'
import { connectionError, statusError } from './http-error.ts'
import { redact } from './redact.ts'
import { retry, Transient } from './transient.ts'
import type { Answer, Web } from './web.ts'

export interface SmallRequest {
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes after which the answer is refused. */
  readonly most: number
}

/**
 * A file that fits into memory; undefined where the server says that there is none.
 * @throws KaweezleError `SOURCE_UNREACHABLE`, `RATE_LIMITED`, `INTERRUPTED`
 */
export function fetchSmall(web: Web, { url, headers = {}, most }: SmallRequest): Promise<Buffer | undefined> {
  const label = redact(url.href)
  return retry({ label, ...web }, async () => {
    using deadline = new Deadline(web.signal)
    const { headers: limit, idle } = web.limits
    deadline.start(limit, silent(label, `no answer within ${limit / 1000} s`))
    try {
      const answer = await web.get(url, headers, deadline.signal)
      deadline.start(idle, silent(label, `not complete after ${idle / 1000} s`))
      if (answer.status === 404 || answer.status === 410) return undefined
      if (answer.status !== 200) throw statusError(label, answer)
      return await readAll(answer, label, most)
    } catch (error) {
      throw deadline.signal.aborted ? deadline.signal.reason : error
    }
  })
}

async function readAll(answer: Answer, label: string, most: number): Promise<Buffer> {
  const encoding = answer.header('content-encoding') ?? 'identity'
  if (encoding !== 'identity')
    throw refused(`${label}: is sent as ${redact(encoding)}, which was not asked for`)
  const parts: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of answer.body) {
      size += chunk.length
      if (size > most) break
      parts.push(chunk)
    }
  } catch (error) {
    throw connectionError(label, error)
  }
  if (size > most) throw refused(`${label}: has more than ${most} bytes`)
  return Buffer.concat(parts)
}

function silent(label: string, what: string): Transient {
  const hint = 'Check the network, or use another source with --release.'
  return new Transient(new KaweezleError('SOURCE_UNREACHABLE', `${label}: ${what}`, { hint }))
}

function refused(message: string): KaweezleError {
  return new KaweezleError('SOURCE_UNREACHABLE', message, { hint: 'Use another source with --release.' })
}
