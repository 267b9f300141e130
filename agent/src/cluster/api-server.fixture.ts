import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Identity } from '../../test/doubles/x509.ts'
import { apiserver, authority } from './kubeconfig.fixture.ts'

export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly type: string | undefined
  readonly body: string
  /** The common name of the client's certificate; undefined without one of the cluster's authority. */
  readonly client: string | undefined
}

export type Reply = unknown | ((request: SeenRequest, response: ServerResponse) => void)

export interface TestServer {
  readonly server: string
  readonly seen: readonly SeenRequest[]
  close(): Promise<void>
}

/**
 * An API server on 127.0.0.1 that answers by path without query: an object as JSON, or by a function; 404 with a
 * Status for all else.
 */
export async function testServer(
  replies: Readonly<Record<string, Reply>>,
  identity: Identity = apiserver,
): Promise<TestServer> {
  const seen: SeenRequest[] = []
  const server = createServer(
    {
      cert: identity.certificate,
      key: identity.key,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: false,
    },
    (request, response) => void answer(request, response),
  )
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const { method = '', url = '' } = request
    const socket = request.socket as import('node:tls').TLSSocket
    const client = socket.authorized ? String(socket.getPeerCertificate().subject.CN) : undefined
    const one = { method, url, type: request.headers['content-type'], body, client }
    seen.push(one)
    const reply = replies[url.split('?')[0] ?? '']
    if (typeof reply === 'function') reply(one, response)
    else if (reply === undefined) sendStatus(response, 404, 'NotFound', `${url} not found`)
    else response.setHeader('content-type', 'application/json').end(JSON.stringify(reply))
  }
  await listen(server)
  return {
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export function sendStatus(response: ServerResponse, code: number, reason: string, message: string): void {
  response.statusCode = code
  response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code }))
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
}
