import { unescape as percentDecoded } from 'node:querystring'
import type { Dispatcher } from 'undici'
import { type Authorization, type Authorize, keepAuthorization } from './authorization.ts'
import { connectionError, statusError } from './http-error.ts'
import { proxyAgent } from './proxy-agent.ts'
import { redact } from './redact.ts'
import { discardBody, followRedirects } from './send-request.ts'
import { type OpenOptions, pathParts, type Source, type SourceResponse } from './source.ts'

export interface HttpSourceOptions {
  /** More headers of every request, to whatever origin a redirect leads. */
  readonly headers?: Readonly<Record<string, string>>
  /** Asked when `base`'s own origin answers 401: once for each request, and for no other origin. */
  readonly authorize?: Authorize
  /** What to do about a status, where that is not what to do about a mirror. */
  readonly hint?: (status: number) => string | undefined
}

/**
 * The files below an http or https URL, through the proxy that `env` names. A user name and password in `base`
 * are sent as basic authentication, to its origin only.
 * @throws PipelineError `USAGE` when a proxy variable is no URL
 */
export function httpSource(base: URL, env: NodeJS.ProcessEnv, options: HttpSourceOptions = {}): Source {
  const { headers = {}, authorize = async () => undefined, hint = () => undefined } = options
  const authorization = keepAuthorization(basicAuthorization(base), authorize)
  const server: Server = { agent: proxyAgent(env), headers, authorization, hint }
  return {
    kind: 'server',
    name: redact(base.href).replace(/\/$/, ''),
    async open(path, options) {
      const url = new URL(base)
      url.pathname = [base.pathname.replace(/\/$/, ''), ...pathParts(path).map(segment)].join('/')
      return receive(server, url, options)
    },
  }
}

interface Server extends Required<Omit<HttpSourceOptions, 'authorize'>> {
  readonly agent: Dispatcher
  readonly authorization: Authorization
}

async function receive(server: Server, url: URL, options: OpenOptions): Promise<SourceResponse> {
  const shown = redact(url.href)
  const offset = options.offset ?? 0
  const response = await authorized(server, url, options)
  const { statusCode: status, body } = response
  const header = (name: string): string | undefined => [response.headers[name]].flat()[0]
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header('content-range') ?? '')
  if (status === 200 || (status === 206 && offset > 0 && Number(range?.[1]) === offset)) {
    const size = status === 200 ? header('content-length') : range?.[2]
    return {
      body: chunks(shown, body),
      offset: status === 200 ? 0 : offset,
      size: size === undefined || size === '*' ? undefined : Number(size),
      delimited: header('content-length') !== undefined || /chunked/i.test(header('transfer-encoding') ?? ''),
      validator: strongValidator(header('etag'), header('last-modified')),
    }
  }
  await discardBody(body, options.signal)
  // A range that the server refuses, or another one than was asked for: everything from the beginning then.
  if (offset > 0 && (status === 206 || status === 416))
    return receive(server, url, { signal: options.signal })
  throw statusError(shown, status, { retryAfter: header('retry-after'), hint: server.hint(status) })
}

/** The answer to a request, or, where that is 401 and its challenge can be met, to a second one. */
async function authorized(
  { agent, authorization, ...server }: Server,
  url: URL,
  { signal, offset = 0, validator }: OpenOptions,
): Promise<Dispatcher.ResponseData> {
  const headers: Record<string, string> = { ...server.headers }
  if (offset > 0) {
    headers['range'] = `bytes=${offset}-`
    if (validator !== undefined) headers['if-range'] = validator
  }
  const ask = (value: string | undefined) =>
    followRedirects(url, {
      agent,
      headers: value === undefined ? headers : { ...headers, authorization: value },
      signal,
    })
  const sent = authorization.current()
  const { response, hasStrayed } = await ask(sent)
  const challenges = [response.headers['www-authenticate'] ?? []].flat().join(', ')
  if (response.statusCode !== 401 || hasStrayed || challenges === '') return response
  const renewed = await authorization.renew(sent, challenges, signal)
  if (renewed === undefined || renewed === sent) return response
  await discardBody(response.body, signal)
  return (await ask(renewed)).response
}

async function* chunks(shown: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    throw connectionError(shown, error)
  }
}

/** Colons stand as they are, as in the digests that every registry client sends. */
function segment(part: string): string {
  return encodeURIComponent(part).replaceAll('%3A', ':')
}

/** What may stand in If-Range: no weak ETag (RFC 9110, section 13.1.5). */
function strongValidator(etag: string | undefined, lastModified: string | undefined): string | undefined {
  return etag?.startsWith('"') ? etag : lastModified
}

function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  return `Basic ${Buffer.from(`${percentDecoded(username)}:${percentDecoded(password)}`).toString('base64')}`
}
