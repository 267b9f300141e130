import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { fault, type Lie } from './lie.ts'
import { sendFile } from './send-file.ts'
import type { ServedFile } from './served-file.ts'
import { testCertificates } from './test-certificates.ts'

/** One request, as the server saw it. */
export interface Seen {
  readonly host: string
  readonly path: string
  /** With its question mark; empty without one. */
  readonly query: string
  readonly headers: IncomingMessage['headers']
  /** Of this path, counted from 1, over all hosts. */
  readonly count: number
  /** Bytes of the body that were given to the socket. */
  sent: number
}

export interface Published {
  readonly files: ReadonlyMap<string, ServedFile>
  readonly draft?: boolean
  readonly prerelease?: boolean
}

export interface ReleaseServer extends AsyncDisposable {
  /** For `github.apiUrl`; the assets are redirected to 127.0.0.1, another host to everybody. */
  readonly apiUrl: string
  readonly repository: string
  readonly caFile: string
  readonly port: number
  /** The folder of a release, as a mirror has it. */
  mirrorUrl(tag: string): string
  /** Newest last, by tag. Published again, a tag changes. */
  readonly releases: Map<string, Published>
  /** What to say other than the truth to a request. */
  lie: (seen: Seen) => Lie | undefined
  readonly seen: Seen[]
  /** Bytes of bodies sent for paths that end so. */
  sentFor(suffix: string): number
}

/**
 * A server with the endpoints of GitHub's releases (https://docs.github.com/en/rest/releases), their assets, and
 * mirrors, over TLS by a certificate of a test authority. It answers truly unless told to {@link Lie}.
 */
export async function startReleaseServer(): Promise<ReleaseServer> {
  const { key, cert, ca } = testCertificates()
  const folder = mkdtempSync(join(tmpdir(), 'release-server-'))
  const caFile = join(folder, 'ca.pem')
  writeFileSync(caFile, ca)
  const sockets = new Set<Duplex>()
  const http = createServer({ key, cert }, (request, response) => answer(server, request, response))
  http.on('connection', (socket) => sockets.add(socket.on('close', () => sockets.delete(socket))))
  http.on('tlsClientError', () => {})
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  const server: ReleaseServer = {
    apiUrl: `https://localhost:${port}`,
    repository: 'kaweezle/kaweezle',
    caFile,
    port,
    mirrorUrl: (tag) => `https://localhost:${port}/mirror/${tag}`,
    releases: new Map(),
    lie: () => undefined,
    seen: [],
    sentFor: (suffix) =>
      server.seen.filter(({ path }) => path.endsWith(suffix)).reduce((sum, { sent }) => sum + sent, 0),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => http.close(resolve))
      rmSync(folder, { recursive: true })
    },
  }
  return server
}

function answer(server: ReleaseServer, request: IncomingMessage, response: ServerResponse): void {
  const { host = '', ...headers } = request.headers
  const { pathname, search: query } = new URL(request.url ?? '/', `https://${host}`)
  const path = decodeURIComponent(pathname)
  const count = server.seen.filter((one) => one.path === path).length + 1
  const seen: Seen = { host, path, query, headers, count, sent: 0 }
  server.seen.push(seen)
  const lie = server.lie(seen) ?? {}
  if (fault(seen, lie, response)) return
  const [, kind, tag = '', name = ''] =
    /^\/(mirror|download|storage|api-asset)\/([^/]+)\/(.+)$/.exec(path) ?? []
  const file = server.releases.get(tag)?.files.get(name)
  if (kind === undefined) sendJson(response, api(server, path), lie)
  else if (file === undefined) sendJson(response, undefined, lie)
  else if (kind === 'mirror' || kind === 'storage') sendFile(file, { seen, lie, response })
  else if (kind === 'api-asset' && headers.accept !== 'application/octet-stream') sendJson(response, {}, lie)
  else {
    const location = `https://127.0.0.1:${server.port}/storage/${tag}/${name}?X-Amz-Signature=secret`
    response.writeHead(302, { location, 'content-length': 0 }).end()
  }
}

/** What GitHub answers below `/repos`; undefined for what it has not. */
function api(server: ReleaseServer, path: string): unknown {
  const base = `/repos/${server.repository}/releases`
  const all = [...server.releases].reverse().map(([tag, published]) => describe(server, tag, published))
  if (path === base) return all
  if (path === `${base}/latest`) return all.find(({ draft, prerelease }) => !draft && !prerelease)
  return all.find(({ tag_name, draft }) => !draft && path === `${base}/tags/${tag_name}`)
}

function describe(
  { apiUrl, repository }: ReleaseServer,
  tag: string,
  { files, draft, prerelease }: Published,
) {
  return {
    id: 1,
    tag_name: tag,
    html_url: `https://github.com/${repository}/releases/tag/${tag}`,
    draft: draft ?? false,
    prerelease: prerelease ?? false,
    assets: [...files].map(([name, { size, sha256 }]) => ({
      name,
      state: 'uploaded',
      size,
      digest: `sha256:${sha256}`,
      url: `${apiUrl}/api-asset/${tag}/${name}`,
      browser_download_url: `${apiUrl}/download/${tag}/${name}`,
    })),
  }
}

function sendJson(response: ServerResponse, value: unknown, lie: Lie): void {
  const body = JSON.stringify(value === undefined ? { message: 'Not Found' } : (lie.json?.(value) ?? value))
  response.writeHead(value === undefined ? 404 : 200, { 'content-type': 'application/json; charset=utf-8' })
  response.end(lie.truncate === undefined ? body : body.slice(0, lie.truncate))
}
