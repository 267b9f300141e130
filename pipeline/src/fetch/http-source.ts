import { unescape as percentDecoded } from 'node:querystring'
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici'
import { PipelineError } from '../errors.ts'
import { connectionError, statusError } from './http-error.ts'
import { redact } from './redact.ts'
import { nextHop } from './redirect.ts'
import { type OpenOptions, pathParts, type Source, type SourceResponse } from './source.ts'

/**
 * The files below an http or https URL, through the proxy that `env` names. A user name and password in `base`
 * are sent as basic authentication, to its origin only.
 * @throws PipelineError `USAGE` when a proxy variable is no URL
 */
export function httpSource(base: URL, env: NodeJS.ProcessEnv): Source {
  const server: Server = { agent: proxyAgent(env), authorization: basicAuthorization(base) }
  return {
    kind: 'server',
    name: redact(base.href).replace(/\/$/, ''),
    async open(path, options) {
      const url = new URL(base)
      url.pathname = [base.pathname.replace(/\/$/, ''), ...pathParts(path).map(encodeURIComponent)].join('/')
      return receive(server, url, options)
    },
  }
}

interface Server {
  readonly agent: Dispatcher
  readonly authorization: string | undefined
}

async function receive(server: Server, url: URL, options: OpenOptions): Promise<SourceResponse> {
  const shown = redact(url.href)
  const offset = options.offset ?? 0
  const response = await follow(server, url, options)
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
  await discard(body, options.signal)
  // A range that the server refuses, or another one than was asked for: everything from the beginning then.
  if (offset > 0 && (status === 206 || status === 416))
    return receive(server, url, { signal: options.signal })
  throw statusError(shown, status, header('retry-after'))
}

/** The answer at the end of the redirects. */
async function follow(server: Server, url: URL, options: OpenOptions): Promise<Dispatcher.ResponseData> {
  const headers: Record<string, string> = { 'user-agent': 'kaweezle', 'accept-encoding': 'identity' }
  if (options.offset !== undefined && options.offset > 0) {
    headers['range'] = `bytes=${options.offset}-`
    if (options.validator !== undefined) headers['if-range'] = options.validator
  }
  if (server.authorization !== undefined) headers['authorization'] = server.authorization
  let current = url
  for (let hops = 0; ; hops++) {
    const shown = redact(current.href)
    let response: Dispatcher.ResponseData
    try {
      response = await request(current, {
        dispatcher: server.agent,
        headers,
        signal: options.signal,
        // The caller's signal keeps the time.
        headersTimeout: 0,
        bodyTimeout: 0,
      })
    } catch (error) {
      throw connectionError(shown, error)
    }
    const location = [response.headers['location']].flat()[0]
    if (![301, 302, 303, 307, 308].includes(response.statusCode) || location === undefined) return response
    await discard(response.body, options.signal)
    if (hops === 20) {
      throw new PipelineError('SOURCE_UNREACHABLE', `${redact(url.href)}: more than 20 redirects`, {
        hint: 'Use another mirror.',
      })
    }
    const next = nextHop(current, location)
    // Never restored, even when the chain comes back: whoever was between chose where it goes.
    if (next.origin !== current.origin) delete headers['authorization']
    current = next
  }
}

async function* chunks(shown: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (error) {
    throw connectionError(shown, error)
  }
}

async function discard(body: Dispatcher.ResponseData['body'], signal: AbortSignal): Promise<void> {
  await body.dump({ limit: 64 * 1024, signal })
}

/** What may stand in If-Range: no weak ETag (RFC 9110, section 13.1.5). */
function strongValidator(etag: string | undefined, lastModified: string | undefined): string | undefined {
  return etag?.startsWith('"') ? etag : lastModified
}

function basicAuthorization({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  return `Basic ${Buffer.from(`${percentDecoded(username)}:${percentDecoded(password)}`).toString('base64')}`
}

function proxyAgent(env: NodeJS.ProcessEnv): Dispatcher {
  try {
    return new EnvHttpProxyAgent({
      httpProxy: env['http_proxy'] ?? env['HTTP_PROXY'] ?? '',
      httpsProxy: env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '',
      noProxy: env['no_proxy'] ?? env['NO_PROXY'] ?? '',
      allowH2: false,
    })
  } catch (cause) {
    throw new PipelineError('USAGE', 'HTTP_PROXY or HTTPS_PROXY is not the URL of a proxy', {
      hint: 'Set it to something like http://proxy.example:3128, or unset it.',
      cause,
    })
  }
}
