import { unescape as percentDecoded } from 'node:querystring'
import type { SecureContext } from 'node:tls'
import { type Dispatcher, EnvHttpProxyAgent, request } from 'undici'
import { KaweezleError } from '../errors.ts'
import { connectionError, type Head } from './http-error.ts'
import { defaultLimits, type Limits } from './limits.ts'
import { redact } from './redact.ts'
import type { ReleaseEvent } from './release-event.ts'
import { trustFile } from './trust-file.ts'

export interface WebOptions {
  /** Where HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and NO_PROXY are read from, in lower case first. */
  readonly env: NodeJS.ProcessEnv
  readonly signal: AbortSignal
  /** A PEM file of more certificates to trust. Those of NODE_EXTRA_CA_CERTS are, in any case. */
  readonly caFile?: string | undefined
  readonly limits?: Partial<Limits> | undefined
  readonly onEvent?: ((event: ReleaseEvent) => void) | undefined
}

export interface Answer extends Head {
  readonly body: Dispatcher.ResponseData['body']
}

/** The one way to servers. */
export interface Web extends AsyncDisposable {
  readonly limits: Limits
  readonly signal: AbortSignal
  readonly onEvent: (event: ReleaseEvent) => void
  /**
   * The answer at the end of the redirects, whatever its status. An Authorization header goes no further than its
   * own origin.
   * @throws Transient, or KaweezleError `SOURCE_UNREACHABLE`
   */
  get(url: URL, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer>
}

const mostRedirects = 10

/** @throws KaweezleError `USAGE` when a proxy variable is no URL, `FILE_FAILED` when `caFile` cannot be read */
export async function openWeb(options: WebOptions): Promise<Web> {
  const limits = { ...defaultLimits, ...options.limits }
  const agent = openAgent(
    options.env,
    limits,
    options.caFile === undefined ? undefined : await trustFile(options.caFile),
  )
  return {
    limits,
    signal: options.signal,
    onEvent: options.onEvent ?? (() => {}),
    get: (url, headers, signal) => follow(agent, url, { headers, signal }),
    [Symbol.asyncDispose]: () => agent.destroy(),
  }
}

interface RequestOptions {
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

async function follow(agent: Dispatcher, url: URL, { headers, signal }: RequestOptions): Promise<Answer> {
  let current = url
  let sent = { ...headers, ...basicAuthorization(url) }
  for (let hops = 0; ; hops++) {
    const answer = await send(agent, current, { headers: sent, signal })
    const location = answer.header('location')
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer
    await answer.body.dump({ limit: 64 * 1024, signal })
    if (hops === mostRedirects) throw badRedirect(`${redact(url.href)}: more than ${mostRedirects} redirects`)
    const next = nextHop(current, location)
    // Never restored, even when the chain comes back: whoever was between chose where it goes.
    if (next.origin !== current.origin) sent = withoutAuthorization(sent)
    current = next
  }
}

async function send(agent: Dispatcher, url: URL, { headers, signal }: RequestOptions): Promise<Answer> {
  const target = new URL(url)
  target.username = ''
  target.password = ''
  try {
    const response = await request(target, {
      dispatcher: agent,
      headers: { 'user-agent': 'kaweezle', 'accept-encoding': 'identity', ...headers },
      signal,
      // Deadlines keep the time: these of undici begin only once there is a connection.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    const header = (name: string): string | undefined => [response.headers[name]].flat()[0]
    return { status: response.statusCode, header, body: response.body }
  } catch (error) {
    throw connectionError(redact(url.href), error)
  }
}

/**
 * Where a redirect, or an address that a server names, leads. Credentials in it are dropped: they are the
 * server's idea, not the user's.
 * @throws KaweezleError `SOURCE_UNREACHABLE` when it is no http URL, or would give up TLS
 */
export function nextHop(current: URL, location: string): URL {
  const next = URL.parse(location, current.href)
  const allowed = current.protocol === 'https:' ? ['https:'] : ['https:', 'http:']
  if (next === null || !allowed.includes(next.protocol)) {
    throw badRedirect(`${redact(current.href)}: leads to ${redact(location)}, which is not followed`)
  }
  next.username = ''
  next.password = ''
  return next
}

function openAgent(
  env: NodeJS.ProcessEnv,
  limits: Limits,
  secureContext: SecureContext | undefined,
): Dispatcher {
  const tls = { timeout: limits.connect, ...(secureContext !== undefined && { secureContext }) }
  const all = env['all_proxy'] ?? env['ALL_PROXY'] ?? ''
  try {
    return new EnvHttpProxyAgent({
      httpProxy: env['http_proxy'] ?? env['HTTP_PROXY'] ?? all,
      httpsProxy: env['https_proxy'] ?? env['HTTPS_PROXY'] ?? all,
      noProxy: env['no_proxy'] ?? env['NO_PROXY'] ?? '',
      allowH2: false,
      connect: tls,
      requestTls: tls,
      proxyTls: tls,
    })
  } catch (cause) {
    throw new KaweezleError('USAGE', 'HTTP_PROXY, HTTPS_PROXY or ALL_PROXY is not the URL of a proxy', {
      hint: 'Set it to something like http://proxy.example:3128, or unset it.',
      cause,
    })
  }
}

function basicAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const pair = `${percentDecoded(username)}:${percentDecoded(password)}`
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }
}

function withoutAuthorization({ authorization: _, ...rest }: Record<string, string>): Record<string, string> {
  return rest
}

function badRedirect(message: string): KaweezleError {
  return new KaweezleError('SOURCE_UNREACHABLE', message, { hint: 'Use another source with --release.' })
}
