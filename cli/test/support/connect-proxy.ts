import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import type { Duplex } from 'node:stream'

export interface TestProxy extends AsyncDisposable {
  readonly port: number
  /** `host:port` of each tunnel that was asked for. */
  readonly targets: string[]
  readonly authorizations: (string | undefined)[]
}

/** A proxy that knows CONNECT only, and may refuse that by a status. */
export async function startProxy(refusal?: number): Promise<TestProxy> {
  const targets: string[] = []
  const authorizations: (string | undefined)[] = []
  const sockets = new Set<Duplex>()
  const server = createServer((_request, response) => response.writeHead(400).end())
  server.on('connect', (request, socket: Duplex, head: Buffer) => {
    const { url = '' } = request
    targets.push(url)
    authorizations.push(request.headers['proxy-authorization'])
    sockets.add(socket)
    socket.on('error', () => {})
    if (refusal !== undefined) return socket.end(`HTTP/1.1 ${refusal} No\r\n\r\n`)
    const { hostname, port } = new URL(`http://${url}`)
    const upstream = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.write(head)
      upstream.pipe(socket).pipe(upstream)
    })
    upstream.on('error', () => socket.destroy())
    sockets.add(upstream)
    return socket
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    targets,
    authorizations,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
