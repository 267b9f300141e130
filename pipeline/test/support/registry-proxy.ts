import { once } from 'node:events'
import { request as connect, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'

export interface ProxiedRequest {
  readonly method: string
  readonly path: string
  readonly range: string | undefined
}

/** What the proxy does to an answer. */
export interface Interference {
  /** Milliseconds before the request goes on. */
  readonly delay?: number
  /** After so many bytes of the body, nothing more comes, and the connection stays. */
  readonly stallAfter?: number
}

export interface RegistryProxy extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly address: string
  /** Every request so far, or since it was emptied. */
  readonly requests: ProxiedRequest[]
  /** How many answers stall now. */
  readonly stalled: () => number
  /** Decides for each request; it can be replaced at any time. */
  interfere: (request: ProxiedRequest) => Interference | undefined
}

/** Stands before a registry, counts what is asked of it, and holds answers up. */
export async function startRegistryProxy(target: string): Promise<RegistryProxy> {
  const requests: ProxiedRequest[] = []
  let stalled = 0
  const server = createServer((incoming, outgoing) => {
    void forward(incoming, outgoing).catch(() => outgoing.destroy())
  })

  async function forward(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const seen = { method: incoming.method ?? '', path: incoming.url ?? '', range: incoming.headers.range }
    requests.push(seen)
    const { delay = 0, stallAfter } = proxy.interfere(seen) ?? {}
    if (delay > 0) await sleep(delay)
    const [host, port] = target.split(':')
    const { method, url: path, headers } = incoming
    const sending = connect({ host, port, method, path, headers })
    incoming.pipe(sending)
    const [answer] = (await once(sending, 'response')) as [IncomingMessage]
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    async function* body(): AsyncGenerator<Buffer> {
      let left = stallAfter ?? Number.POSITIVE_INFINITY
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        yield chunk.subarray(0, left)
        left -= chunk.length
        if (left > 0) continue
        stalled += 1
        await once(outgoing, 'close')
        stalled -= 1
        return
      }
    }
    await pipeline(body(), outgoing)
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const proxy: RegistryProxy = {
    address: `127.0.0.1:${port}`,
    requests,
    stalled: () => stalled,
    interfere: () => undefined,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return proxy
}

/** The digests of the blobs that were asked for with GET, once for each time. */
export function fetchedBlobs(requests: readonly ProxiedRequest[]): string[] {
  return requests.flatMap(({ method, path }) => {
    const digest = /\/blobs\/(sha256:[0-9a-f]{64})$/.exec(path)?.[1]
    return method === 'GET' && digest !== undefined ? [digest] : []
  })
}
