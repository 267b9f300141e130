import type { IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { type Connection, readKubeconfig } from './kubeconfig.ts'
import type { KubeList, KubeObject, WatchEvent } from './objects.ts'

/** An answer of the API server that is no success; `reason` is the one of its Status. */
export class ApiError extends Error {
  readonly status: number
  readonly reason: string

  constructor(status: number, reason: string, message: string) {
    super(message)
    this.name = 'ApiError'
    this.status = status
    this.reason = reason
  }
}

export type Query = Record<string, string>

/** Paths are those of the API: `/api/v1/namespaces/default/pods/web`; see {@link resourcePath}. */
export interface Client {
  server: string
  get(path: string): Promise<KubeObject>
  /** The object, or nothing when there is none. */
  find(path: string): Promise<KubeObject | undefined>
  list(path: string, query?: Query): Promise<KubeList>
  create(path: string, object: object): Promise<KubeObject>
  replace(path: string, object: object): Promise<KubeObject>
  /** A merge patch unless told. */
  patch(path: string, patch: object, type?: string): Promise<KubeObject>
  /** Server-side apply, forced. */
  apply(path: string, object: object, fieldManager: string): Promise<KubeObject>
  /** `grace` are seconds; a pod on a node goes at once only with 0, which is what a kubelet says at the end. */
  remove(path: string, grace?: number): Promise<KubeObject>
  /** Any request; the parsed answer, or its text when it is not JSON. */
  send(method: string, path: string, body?: unknown, type?: string): Promise<unknown>
  /** Ends when the server ends it or the signal says so; without a resourceVersion all that is there comes first. */
  watch(path: string, options?: { query?: Query; signal?: AbortSignal }): AsyncGenerator<WatchEvent>
  close(): void
}

export function createClient(kubeconfig: string): Client {
  return connect(readKubeconfig(kubeconfig))
}

export function connect(connection: Connection, timeout = 10_000): Client {
  const agent = new Agent({ keepAlive: true, ...tlsOf(connection) })

  function open(method: string, path: string, body?: string, type?: string, signal?: AbortSignal) {
    return new Promise<IncomingMessage>((resolve, reject) => {
      const url = new URL(path, connection.server)
      const headers = {
        accept: 'application/json',
        ...(body !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(body) }),
      }
      // The options of TLS are given twice, as not every runtime takes them from the agent.
      const options = { method, headers, agent, ...tlsOf(connection), ...(signal && { signal }) }
      const sent = request(url, options, resolve)
      if (!signal) sent.setTimeout(timeout, () => sent.destroy(new Error(`${method} ${url}: timed out`)))
      sent.on('error', reject)
      sent.end(body)
    })
  }

  async function send(
    method: string,
    path: string,
    body?: unknown,
    type = 'application/json',
  ): Promise<unknown> {
    const response = await open(method, path, body === undefined ? undefined : JSON.stringify(body), type)
    const text = await textOf(response)
    if ((response.statusCode ?? 0) >= 400) throw errorOf(response.statusCode ?? 0, text)
    return parsed(text)
  }

  async function* watch(path: string, options: { query?: Query; signal?: AbortSignal } = {}) {
    const signal = options.signal ?? new AbortController().signal
    const url = withQuery(path, { ...options.query, watch: 'true' })
    try {
      const response = await open('GET', url, undefined, undefined, signal)
      if ((response.statusCode ?? 0) >= 400) throw errorOf(response.statusCode ?? 0, await textOf(response))
      response.setEncoding('utf8')
      let rest = ''
      for await (const chunk of response) {
        const lines = (rest + chunk).split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) if (line !== '') yield JSON.parse(line) as WatchEvent
      }
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  const object = async (...sent: Parameters<typeof send>) => (await send(...sent)) as KubeObject
  return {
    server: connection.server,
    get: (path) => object('GET', path),
    find: async (path) => {
      try {
        return await object('GET', path)
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined
        throw error
      }
    },
    list: async (path, query) => (await send('GET', withQuery(path, query ?? {}))) as KubeList,
    create: (path, body) => object('POST', path, body),
    replace: (path, body) => object('PUT', path, body),
    patch: (path, body, type = 'application/merge-patch+json') => object('PATCH', path, body, type),
    apply: (path, body, fieldManager) =>
      object('PATCH', withQuery(path, { fieldManager, force: 'true' }), body, 'application/apply-patch+yaml'),
    remove: (path, grace) =>
      object('DELETE', path, grace === undefined ? undefined : { gracePeriodSeconds: grace }),
    send,
    watch,
    close: () => agent.destroy(),
  }
}

/** `resourcePath('apps/v1', 'deployments', 'default', 'web')`; without a namespace that of a cluster-wide one. */
export function resourcePath(apiVersion: string, plural: string, namespace?: string, name?: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  return [root, ...(namespace ? ['namespaces', namespace] : []), plural, ...(name ? [name] : [])].join('/')
}

function tlsOf({ ca, certificate, key }: Connection): { ca?: string; cert?: string; key?: string } {
  return { ...(ca && { ca }), ...(certificate && { cert: certificate }), ...(key && { key }) }
}

function withQuery(path: string, query: Query): string {
  const text = new URLSearchParams(query).toString()
  return text === '' ? path : `${path}?${text}`
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function errorOf(status: number, text: string): ApiError {
  const body = parsed(text)
  if (typeof body !== 'object' || body === null) return new ApiError(status, 'Unknown', String(body))
  const { reason, message } = body as { reason?: string; message?: string }
  return new ApiError(status, reason ?? 'Unknown', message ?? text)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return text
    throw error
  }
}
