import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface SeenRequest {
  /** The path asked for; the whole URL when the server is used as a proxy. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  /** Milliseconds since the server began. */
  readonly time: number
  /** The first byte asked for; 0 without a Range. */
  readonly offset: number
}

export interface FaultServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
  /** Every request so far. */
  readonly requests: SeenRequest[]
}

/** How the n-th request (from 1) is answered. */
export type Answer = (response: ServerResponse, request: SeenRequest, count: number) => void

/** A real server on 127.0.0.1 whose every answer is up to the test. */
export async function startServer(answer: Answer): Promise<FaultServer> {
  const requests: SeenRequest[] = []
  const server = createServer((incoming, response) => {
    const offset = Number(/^bytes=(\d+)-$/.exec(incoming.headers.range ?? '')?.[1] ?? 0)
    const request = { url: incoming.url ?? '', headers: incoming.headers, time: performance.now(), offset }
    requests.push(request)
    answer(response, request, requests.length)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** The right answer to any request for `content`, Range and If-Range included. */
export function serve(content: Uint8Array, etag = '"1"'): Answer {
  return (response, { headers, offset }) => {
    const condition = headers['if-range']
    if (offset > 0 && offset < content.length && (condition === undefined || condition === etag)) {
      response.writeHead(206, {
        etag,
        'content-length': content.length - offset,
        'content-range': `bytes ${offset}-${content.length - 1}/${content.length}`,
      })
      response.end(content.subarray(offset))
    } else if (offset >= content.length && offset > 0) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
    } else {
      response.writeHead(200, { etag, 'content-length': content.length }).end(content)
    }
  }
}
