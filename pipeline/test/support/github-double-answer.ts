import type { ServerResponse } from 'node:http'
import type { Routed } from './github-double-routes.ts'

/** `cutAfter` is the bytes after which the connection is cut. */
export function send(
  response: ServerResponse,
  { status, data, bytes, headers }: Routed,
  cutAfter = Number.POSITIVE_INFINITY,
): void {
  const body = bytes ?? (data === undefined ? '' : JSON.stringify(data))
  response.writeHead(status, {
    'content-type': bytes === undefined ? 'application/json; charset=utf-8' : 'application/octet-stream',
    ...(body.length > 0 && { 'content-length': Buffer.byteLength(body) }),
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '4999',
    'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 3600),
    ...headers,
    // An answer to an upload that was not read cannot keep its connection.
    ...(status >= 400 && { connection: 'close' }),
  })
  if (Buffer.byteLength(body) <= cutAfter) response.end(body)
  else response.write(body.slice(0, cutAfter), () => response.destroy())
}

/** What a range asks for that has no end, as the storage answers it. */
export function partOf(bytes: Buffer, range: string | undefined): Routed {
  const start = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0)
  if (start === 0) return { status: 200, bytes }
  if (start >= bytes.length) return { status: 416 }
  const headers = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` }
  return { status: 206, bytes: bytes.subarray(start), headers }
}
