import type { ServerResponse } from 'node:http'
import type { Seen } from './release-server.ts'

/** Ways not to answer truly. Offsets are bytes of this answer's body, unless said otherwise. */
export interface Lie {
  /** Answers that, with `headers` and `body`, in place of what was asked for. */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Never answers. */
  readonly hang?: true
  /** Leads to the same URL again. */
  readonly loop?: true
  readonly redirect?: string
  /** Changes a JSON answer. */
  readonly json?: (value: unknown) => unknown
  /** Sends so many characters of a JSON answer, as if that were all. */
  readonly truncate?: number
  /** Breaks the connection there. */
  readonly cutAt?: number
  /** Ends the body there, as if that were all. */
  readonly endAt?: number
  /** Says nothing from there on. */
  readonly stallAt?: number
  /** Waits so many milliseconds before each piece, of so many bytes. */
  readonly slow?: { readonly delay: number; readonly bytes: number }
  readonly contentLength?: number
  /** The offset in the file of a byte that is sent with one bit changed. */
  readonly flip?: number
  /** Appends so many bytes. */
  readonly append?: number
  readonly ignoreRange?: true
  /** Answers 206 with the part that begins so many bytes later. */
  readonly shiftRange?: number
  readonly etag?: string
  /** Answers 206 though If-Range names another version. */
  readonly ignoreIfRange?: true
  /** Compresses what was to be sent as it is. */
  readonly gzip?: true
}

/** Does what takes the place of an answer, where the lie asks for that. */
export function fault({ path }: Seen, lie: Lie, response: ServerResponse): boolean {
  if (lie.hang) return true
  const location = lie.loop ? path : lie.redirect
  if (location !== undefined) response.writeHead(302, { location, 'content-length': 0 }).end()
  else if (lie.status !== undefined) response.writeHead(lie.status, lie.headers).end(lie.body)
  return location !== undefined || lie.status !== undefined
}
