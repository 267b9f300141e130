import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface TokenRequestSeen {
  readonly method: string
  readonly authorization: string | undefined
  /** What was asked for, in the query of a GET or the form of a POST. */
  readonly asked: URLSearchParams
}

export interface TokenServer extends AsyncDisposable {
  readonly requests: TokenRequestSeen[]
  /** What a registry says that trusts it. */
  challenge(): string
  /** Whether it gave that header's token, and it is still good. */
  allows(authorization: string | undefined): boolean
  /** Makes every token given so far worthless. */
  expire(): void
}

export interface TokenServerOptions {
  /** Who is given a token; everyone, without it. */
  readonly accepts?: (request: TokenRequestSeen) => boolean
  /** Answers instead, where it does, the n-th request (from 1). */
  readonly fault?: (response: ServerResponse, count: number) => boolean
}

/** Gives tokens for one registry, as auth.docker.io does (distribution-spec, "Token Authentication Specification"). */
export async function startTokenServer({
  accepts = () => true,
  fault = () => false,
}: TokenServerOptions = {}): Promise<TokenServer> {
  const requests: TokenRequestSeen[] = []
  const good = new Set<string>()
  let given = 0
  const server = createServer(async (incoming, response) => {
    const { method = '', headers } = incoming
    const query = new URL(incoming.url ?? '', 'http://x').searchParams
    const asked = method === 'POST' ? new URLSearchParams(await text(incoming)) : query
    const seen = { method, authorization: headers.authorization, asked }
    requests.push(seen)
    if (fault(response, requests.length)) return
    if (!accepts(seen)) {
      response.writeHead(401).end('{}')
      return
    }
    given++
    good.add(`Bearer token-${given}`)
    response.end(JSON.stringify({ [method === 'POST' ? 'access_token' : 'token']: `token-${given}` }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    requests,
    challenge: () =>
      `Bearer realm="http://127.0.0.1:${port}/token",service="the service",scope="repository:team/app:pull"`,
    allows: (authorization) => good.has(authorization ?? ''),
    expire: () => good.clear(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
