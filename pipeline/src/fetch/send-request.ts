import { type Dispatcher, request } from 'undici'
import { PipelineError } from '../errors.ts'
import { connectionError } from './http-error.ts'
import { redact } from './redact.ts'
import { nextHop } from './redirect.ts'

export interface RequestOptions {
  readonly agent: Dispatcher
  readonly headers: Readonly<Record<string, string>>
  /** Keeps the time, too. */
  readonly signal: AbortSignal
}

/** One request and its answer, whatever that is. @throws Transient, or what {@link connectionError} gives. */
export async function sendRequest(
  url: URL,
  { agent, headers, signal, form }: RequestOptions & { readonly form?: URLSearchParams | undefined },
): Promise<Dispatcher.ResponseData> {
  try {
    return await request(url, {
      dispatcher: agent,
      headers: { 'user-agent': 'kaweezle', 'accept-encoding': 'identity', ...headers },
      ...(form !== undefined && { method: 'POST', body: form.toString() }),
      signal,
      headersTimeout: 0,
      bodyTimeout: 0,
    })
  } catch (error) {
    throw connectionError(redact(url.href), error)
  }
}

export interface Answer {
  readonly response: Dispatcher.ResponseData
  /** Whether the redirects led to another origin, even if they came back. */
  readonly hasStrayed: boolean
}

/**
 * The answer at the end of the redirects. An Authorization header goes no further than its own origin.
 * @throws PipelineError `SOURCE_UNREACHABLE`, and what {@link sendRequest} throws
 */
export async function followRedirects(url: URL, options: RequestOptions): Promise<Answer> {
  const headers = { ...options.headers }
  let current = url
  let hasStrayed = false
  for (let hops = 0; ; hops++) {
    const response = await sendRequest(current, { ...options, headers })
    const location = [response.headers['location']].flat()[0]
    if (![301, 302, 303, 307, 308].includes(response.statusCode) || location === undefined)
      return { response, hasStrayed }
    await discardBody(response.body, options.signal)
    if (hops === 20) {
      throw new PipelineError('SOURCE_UNREACHABLE', `${redact(url.href)}: more than 20 redirects`, {
        hint: 'Use another mirror.',
      })
    }
    const next = nextHop(current, location)
    if (next.origin !== current.origin) {
      // Never restored, even when the chain comes back: whoever was between chose where it goes.
      delete headers['authorization']
      hasStrayed = true
    }
    current = next
  }
}

/** Reads over the body of an answer that nobody wants, so that its connection serves again. */
export async function discardBody(body: Dispatcher.ResponseData['body'], signal: AbortSignal): Promise<void> {
  await body.dump({ limit: 64 * 1024, signal })
}
