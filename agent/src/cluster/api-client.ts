import { Agent } from 'node:https'
import * as z from 'zod'
import { ApiError, parseJson, refusedRequest } from './api-error.ts'
import { type Answer, exchange } from './http-exchange.ts'

/** How to reach an API server, all as PEM. */
export interface Credentials {
  /** `https://address:port` */
  readonly server: string
  readonly authority: string
  readonly certificate: string
  readonly key: string
}

export interface ApiClientOptions {
  readonly signal: AbortSignal
  /** Milliseconds for one request; 5000 unless told. */
  readonly timeLimit?: number
  /** Bytes of one answer; 32 MiB unless told. */
  readonly sizeLimit?: number
}

export type Query = Readonly<Record<string, string>>

/** `merge`: RFC 7386. `apply`: server-side, as the field manager `iknite`, conflicts taken over. */
export type PatchKind = 'merge' | 'apply'

/**
 * A client of the Kubernetes API. `path` is the path of the address, e.g. `/api/v1/nodes/kwsl`.
 * All throw {@link ApiError}: for answers of no success, for those that `schema` does not take, and, without a
 * status, where no answer came.
 */
export interface ApiClient {
  /** Any answer, whatever its status, e.g. of `/readyz`. */
  ask(path: string, query?: Query): Promise<Answer>
  get<T>(path: string, schema: z.ZodType<T>, query?: Query): Promise<T>
  /** {@link get}, but undefined where nothing is (404). */
  find<T>(path: string, schema: z.ZodType<T>, query?: Query): Promise<T | undefined>
  /** All items of a list, fetched in parts. */
  list<T>(path: string, item: z.ZodType<T>, query?: Query): Promise<readonly T[]>
  patch(path: string, kind: PatchKind, body: unknown): Promise<unknown>
  post(path: string, body: unknown): Promise<unknown>
  /** Closes what connections are open; requests that run are cut off. */
  close(): void
}

/** Items of one part of a list. */
const partSize = '500'
const patchTypes = { merge: 'application/merge-patch+json', apply: 'application/apply-patch+yaml' } as const
const applyQuery: Query = { fieldManager: 'iknite', force: 'true' }

/** Opens nothing yet: connections are made by requests, and kept for the next. */
export function apiClient(credentials: Credentials, options: ApiClientOptions): ApiClient {
  const { signal, timeLimit = 5000, sizeLimit = 32 * 1024 * 1024 } = options
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 6,
    ca: credentials.authority,
    cert: credentials.certificate,
    key: credentials.key,
  })

  const send = (method: 'GET' | 'POST' | 'PATCH', path: string, rest: Sending = {}): Promise<Answer> => {
    const url = new URL(path, credentials.server)
    for (const [name, value] of Object.entries(rest.query ?? {})) url.searchParams.set(name, value)
    const body = rest.body === undefined ? undefined : JSON.stringify(rest.body)
    const headers = {
      accept: 'application/json',
      ...(body !== undefined && {
        'content-type': rest.type ?? 'application/json',
        'content-length': String(Buffer.byteLength(body)),
      }),
    }
    return exchange({
      method,
      url,
      headers,
      ...(body !== undefined && { body }),
      agent,
      timeLimit,
      sizeLimit,
      signal,
    })
  }

  const get: ApiClient['get'] = async (path, schema, query = {}) =>
    parsed(`GET ${path}`, await send('GET', path, { query }), schema)

  return {
    ask: (path, query = {}) => send('GET', path, { query }),
    get,
    async find(path, schema, query = {}) {
      try {
        return await get(path, schema, query)
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return undefined
        throw error
      }
    },
    list: async <T>(path: string, item: z.ZodType<T>, query: Query = {}) => {
      const schema = listSchema(item)
      const items: T[] = []
      let token: string | undefined
      do {
        const more = token === undefined ? {} : { continue: token }
        const part = await get(path, schema, { ...query, limit: partSize, ...more })
        // Only appended: a spread of many items would pass the limit of arguments.
        for (const one of part.items ?? []) items.push(one)
        token = part.metadata?.continue || undefined
      } while (token !== undefined)
      return items
    },
    async patch(path, kind, body) {
      const query = kind === 'apply' ? applyQuery : { fieldManager: 'iknite' }
      return parsed(
        `PATCH ${path}`,
        await send('PATCH', path, { query, body, type: patchTypes[kind] }),
        z.unknown(),
      )
    },
    async post(path, body) {
      return parsed(`POST ${path}`, await send('POST', path, { body }), z.unknown())
    },
    close: () => agent.destroy(),
  }
}

interface Sending {
  readonly query?: Query
  readonly body?: unknown
  readonly type?: string
}

/** https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks */
function listSchema<T>(item: z.ZodType<T>) {
  return z.object({
    metadata: z.object({ continue: z.string().optional() }).optional(),
    // A list of nothing may be null.
    items: z.array(item).nullish(),
  })
}

function parsed<T>(request: string, { status, body }: Answer, schema: z.ZodType<T>): T {
  if (status < 200 || status > 299) throw refusedRequest(request, status, body)
  const value = parseJson(body)
  const found = value === undefined ? undefined : schema.safeParse(value)
  if (found?.success) return found.data
  const [issue] = found?.error.issues ?? []
  const what = issue === undefined ? 'it is no JSON' : `${issue.path.join('.')}: ${issue.message}`
  throw new ApiError(`the API server's answer to ${request} cannot be understood: ${what}`, {
    status,
    reason: 'Misunderstood',
  })
}
