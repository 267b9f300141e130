import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Answer, type FaultServer, serve, startServer } from './fault-server.ts'
import type { ImageLayout } from './make-image.ts'

export interface FakeRegistryOptions {
  /** Answers instead, where it gives an answer for the n-th request (from 1) of a path below `/v2/`. */
  readonly fault?: (path: string, count: number) => Answer | undefined
  /** Whom it lets in; others are told `challenge` with a 401. */
  readonly allows?: (authorization: string | undefined) => boolean
  readonly challenge?: () => string
}

export interface FakeRegistry extends FaultServer {
  /** `127.0.0.1:PORT`. */
  readonly host: string
  /** The paths below `/v2/` that were asked for, in their order. */
  paths(): string[]
}

/** A registry (distribution-spec, "Pull") that has the images of a layout in every repository. */
export async function startFakeRegistry(
  layout: ImageLayout,
  {
    fault = () => undefined,
    allows = () => true,
    challenge = () => 'Basic realm="x"',
  }: FakeRegistryOptions = {},
): Promise<FakeRegistry> {
  const counts = new Map<string, number>()
  const server = await startServer((response, request, total) => {
    const path = pathOf(request.url)
    if (!allows(request.headers.authorization)) {
      response.writeHead(401, { 'www-authenticate': challenge() }).end('{"errors":[]}')
      return
    }
    const count = (counts.get(path) ?? 0) + 1
    counts.set(path, count)
    const answer = fault(path, count) ?? serveContent(contentOf(layout, path))
    answer(response, request, total)
  })
  return {
    ...server,
    host: `127.0.0.1:${server.port}`,
    paths: () => server.requests.map(({ url }) => pathOf(url)),
  }
}

function pathOf(url: string): string {
  return url.replace(/^.*?\/v2\//, '')
}

function serveContent(content: Buffer | undefined): Answer {
  return content === undefined ? (response) => response.writeHead(404).end('{"errors":[]}') : serve(content)
}

function contentOf(layout: ImageLayout, path: string): Buffer | undefined {
  const [, kind, name = ''] = /\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? []
  try {
    const digest = kind === 'manifests' && !name.includes(':') ? digestOfTag(layout, name) : name
    return readFileSync(layout.path(digest))
  } catch {
    return undefined
  }
}

function digestOfTag({ folder }: ImageLayout, tag: string): string {
  const { manifests } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'))
  const name = 'org.opencontainers.image.ref.name'
  return manifests.find(({ annotations }: { annotations: object }) => Reflect.get(annotations, name) === tag)
    ?.digest
}
