import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { isUrl } from './options.ts'

export interface LocalMirror extends AsyncDisposable {
  readonly url: string
}

/** Repositories of ours beside those of Alpine. */
export const ownRepositories = ['standins', 'newer'] as const

const own = new RegExp(`^/[^/]+/(?:${ownRepositories.join('|')})/`)

/**
 * A mirror on the loopback: repositories of ours, whatever the release is, from a folder, and all else from where
 * `upstream` says, a folder or a URL.
 */
export async function startMirror(folder: string, upstream: string): Promise<LocalMirror> {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://mirror').pathname)
    void answer(path, response).catch(() => response.destroy())
  })

  async function answer(path: string, response: ServerResponse): Promise<void> {
    const isOwn = own.test(path)
    if (!isOwn && isUrl(upstream)) return void response.writeHead(302, { location: upstream + path }).end()
    const file = isOwn ? join(folder, path.replace(/^\/[^/]+/, '')) : join(upstream, path)
    const size = path.includes('/..') ? undefined : await sizeOf(file)
    if (size === undefined) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-length': size })
    await pipeline(createReadStream(file), response)
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  const found = await stat(file).catch(() => undefined)
  return found?.isFile() ? found.size : undefined
}
