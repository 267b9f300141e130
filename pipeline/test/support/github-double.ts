import { once } from 'node:events'
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { partOf, send } from './github-double-answer.ts'
import { type Bucket, emptyBucket, routeBucket } from './github-double-bucket.ts'
import { type Routed, route } from './github-double-routes.ts'
import { emptyStore, type Store } from './github-double-state.ts'
import { type UploadFault, upload } from './github-double-upload.ts'

/** A request as the double saw it. */
export interface Incoming {
  readonly host: 'api' | 'uploads' | 'storage'
  /** `OWNER/NAME`; empty where it is neither of the two that are there. */
  readonly repository: string
  readonly method: string
  /** Below `/repos/OWNER/NAME`, decoded; empty for the repository itself. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly json: Record<string, unknown>
  /** From 1, over all hosts. */
  readonly count: number
  /** Milliseconds since the process began. */
  readonly time: number
}

/** How a request is answered instead of rightly. */
export interface Fault extends UploadFault {
  /** Answer this, and do nothing. */
  readonly answer?: Routed
  /** Do nothing, and end the connection. */
  readonly drop?: boolean
  /** Do it, and end the connection instead of answering. */
  readonly lose?: boolean
  /** Bytes of the answer after which the connection is cut. */
  readonly answerCutAfter?: number
  /** Never answer. */
  readonly silent?: boolean
  /** Called before anything is done, and then after it, before it is answered. */
  readonly before?: () => void
  readonly after?: () => void
}

export interface Double extends AsyncDisposable {
  readonly store: Store
  readonly repository: string
  readonly token: string
  /** Another repository, with a token of its own. */
  readonly bucket: Bucket
  readonly apiUrl: string
  readonly uploadUrl: string
  readonly storageUrl: string
  /** What the token may do: `hidden` hides even that the repository is there from those who write. */
  rights: 'write' | 'read' | 'hidden'
  /** Whether who has no token may read. */
  isPublic: boolean
  /** Whether files come with digests, as older Enterprise Servers' do not. */
  digests: boolean
  /** Items of a page at most, whatever is asked for. */
  pageSize: number
  /** Whether lists lack the newest release. */
  lag: boolean
  fault: (incoming: Incoming) => Fault | undefined
  readonly requests: Incoming[]
  /** Names of uploads that were begun, and of those that were received whole. */
  readonly uploads: string[]
  readonly completed: string[]
}

/**
 * GitHub on the loopback, as far as releases go: its API, another host for uploads, and a third for downloads that
 * takes no token. With `base` the API is below a path, as an Enterprise Server's is.
 */
export async function startGitHub({ base = '' } = {}): Promise<Double> {
  const api = createServer((request, response) => void answer('api', request, response))
  const uploads = createServer((request, response) => void answer('uploads', request, response))
  const storage = createServer((request, response) => void answer('storage', request, response))
  const [apiPort, uploadPort, storagePort] = await Promise.all([
    listen(api),
    listen(uploads),
    listen(storage),
  ])
  const double: Double = {
    store: emptyStore(),
    repository: 'kaweezle/kaweezle',
    token: 'ghp_DoNotShowThis',
    bucket: emptyBucket(),
    apiUrl: `http://127.0.0.1:${apiPort}${base}`,
    uploadUrl: `http://127.0.0.1:${uploadPort}${base === '' ? '' : '/api/uploads'}`,
    storageUrl: `http://127.0.0.1:${storagePort}`,
    rights: 'write',
    isPublic: false,
    digests: true,
    pageSize: 100,
    lag: false,
    fault: () => undefined,
    requests: [],
    uploads: [],
    completed: [],
    async [Symbol.asyncDispose]() {
      for (const server of [api, uploads, storage]) {
        server.closeAllConnections()
        server.close()
        await once(server, 'close')
      }
    },
  }

  async function answer(host: Incoming['host'], request: IncomingMessage, response: ServerResponse) {
    response.on('error', () => {})
    const { socket } = request
    const incoming = await understand(double, host, request)
    double.requests.push(incoming)
    const fault = double.fault(incoming) ?? {}
    fault.before?.()
    if (fault.silent === true) return
    if (fault.drop === true) return void socket.destroy()
    const routed = fault.answer ?? (await act(double, incoming, { request, fault }))
    fault.after?.()
    if (fault.lose === true || routed === undefined) socket.destroy()
    else if (fault.hangAfter === undefined) send(response, routed, fault.answerCutAfter)
  }

  return double
}

async function act(
  double: Double,
  incoming: Incoming,
  { request, fault }: { request: IncomingMessage; fault: UploadFault },
): Promise<Routed | undefined> {
  const { host, headers, path } = incoming
  if (host === 'storage') {
    if (headers.authorization !== undefined) return { status: 400, data: { message: 'two credentials' } }
    const all = [...double.store.releases.values()].flatMap(({ assets }) => assets)
    const asset = all.find(({ id }) => `/${id}` === path)
    return asset === undefined ? { status: 404 } : partOf(asset.bytes, headers.range)
  }
  if (!headers['user-agent']) return { status: 403, data: { message: 'Administrative rules' } }
  const { bucket } = double
  if (incoming.repository === bucket.repository) {
    const isToken = [double.token, bucket.token].some((one) => isTokenOf(one, headers))
    if (!isToken) return { status: 401, data: { message: 'Bad credentials' } }
    return routeBucket(bucket, incoming, isTokenOf(bucket.token, headers) ? bucket.rights : 'read')
  }
  if (double.isPublic && incoming.method === 'GET' && headers.authorization === undefined)
    return route({ ...double, rights: 'read' }, incoming)
  if (!isTokenOf(double.token, headers)) return { status: 401, data: { message: 'Bad credentials' } }
  if (path === '?') return { status: 404, data: { message: 'Not Found' } }
  return host === 'uploads' ? upload(double, incoming, { request, fault }) : route(double, incoming)
}

function isTokenOf(token: string, { authorization = '' }: IncomingHttpHeaders): boolean {
  return [`token ${token}`, `Bearer ${token}`].includes(authorization)
}

async function understand(
  double: Double,
  host: Incoming['host'],
  request: IncomingMessage,
): Promise<Incoming> {
  const url = new URL(request.url ?? '/', 'http://double')
  const root = { api: double.apiUrl, uploads: double.uploadUrl, storage: double.storageUrl }[host]
  const below = new URL(root).pathname.replace(/\/$/, '')
  const found = [double.repository, double.bucket.repository]
    .map((name) => ({ name, prefix: host === 'storage' ? below : `${below}/repos/${name}` }))
    .find(({ prefix }) => url.pathname.startsWith(prefix))
  const body = host === 'api' ? await readText(request) : ''
  return {
    host,
    repository: found?.name ?? '',
    method: request.method ?? '',
    path: found === undefined ? '?' : decodeURIComponent(url.pathname.slice(found.prefix.length)),
    query: url.searchParams,
    headers: request.headers,
    json: body === '' ? {} : JSON.parse(body),
    count: double.requests.length + 1,
    time: performance.now(),
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  return Buffer.concat(parts).toString()
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}
