import { Octokit } from '@octokit/core'
import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'
import { type Dispatcher, type RequestInit, fetch as send } from 'undici'
import { proxyAgent } from '../fetch/proxy-agent.ts'
import type { PublishLimits } from './limits.ts'

export interface ConnectOptions {
  /** Without a slash at its end. */
  readonly apiUrl: string
  readonly token: string
  readonly limits: Pick<PublishLimits, 'backoff'>
  readonly env: NodeJS.ProcessEnv
}

export interface Connection extends AsyncDisposable {
  readonly octokit: Octokit
}

const Client = Octokit.plugin(retry, throttling)

/**
 * Octokit for one API. Requests that only read are tried again soon by Octokit; all longer waits are left to the
 * caller, who can be interrupted in them.
 * @throws PipelineError `USAGE` when a proxy variable is no URL
 */
export function connect({ apiUrl, token, limits, env }: ConnectOptions): Connection {
  const agent = proxyAgent(env)
  const octokit = new Client({
    baseUrl: apiUrl,
    auth: token,
    userAgent: 'kaweezle',
    log: { debug() {}, info() {}, warn() {}, error() {} },
    request: { fetch: fetchThrough(agent) },
    retry: {
      doNotRetry: [400, 401, 403, 404, 408, 409, 410, 413, 422, 429, 451],
      retries: 2,
      retryAfterBaseValue: limits.backoff / 2,
    },
    throttle: {
      enabled: isPaced(apiUrl),
      onRateLimit: () => false,
      onSecondaryRateLimit: () => false,
    },
  })
  return { octokit, [Symbol.asyncDispose]: () => agent.destroy() }
}

/**
 * Whether a second has to lie between writes, and three between those that people are told of
 * (https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api). An Enterprise Server
 * has limits only where its administrator set some; it says so when they are reached.
 */
export function isPaced(apiUrl: string): boolean {
  const { hostname } = new URL(apiUrl)
  return hostname === 'api.github.com' || hostname.endsWith('.ghe.com')
}

/** The times of undici would end an upload that is slow; every request has limits of its own. */
function fetchThrough(agent: Dispatcher): typeof globalThis.fetch {
  const dispatcher = agent.compose(
    (dispatch) => (options, handler) => dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler),
  )
  return (async (url: string, init: RequestInit) => {
    try {
      return await send(url, { ...init, dispatcher })
    } catch (error) {
      // By any other name Octokit takes the reason of a signal for a failure of the server's, and tries again.
      if (init.signal?.aborted) throw new DOMException('aborted', 'AbortError')
      throw error
    }
  }) as unknown as typeof globalThis.fetch
}
