import { mkdirSync, readFileSync } from 'node:fs'
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { createServer as createTcpServer, type Server } from 'node:net'
import { join } from 'node:path'
import { dropLock, takeLock } from './etcd-lock.ts'
import { type Change, type EtcdLog, openEtcdLog } from './etcd-log.ts'
import { readFaults, startFaults } from './faults.ts'
import { type Flags, parseFlags } from './flags.ts'
import { codeOf, listen, log, messageOf, untilTold } from './running.ts'

/**
 * The double of etcd. On the client URLs it speaks JSON over HTTPS: `GET /dump` gives all keys, `POST /commit` takes
 * `{"changes": [{"key", "value"?}]}` and answers once they are on the disk; `/health` is as in the real one.
 */
export async function main(argv: string[]): Promise<number> {
  const refused = await startFaults('etcd')
  if (refused !== undefined) return refused
  const flags = parseFlags(argv)
  const folder = join(flags.get('data-dir') ?? 'default.etcd', 'member', 'snap')
  const lock = join(folder, 'db.lock')
  const servers: Server[] = []
  let store: EtcdLog | undefined
  let locked = false
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    locked = takeLock(lock)
    if (!locked)
      throw new Error(`cannot open database at ${join(folder, 'db')}: another etcd holds the file lock`)
    store = await openEtcdLog(join(folder, 'db'))
    await listenAll(flags, store, servers)
    log('I', `ready to serve client requests, cluster-id ${store.clusterId}, revision ${store.revision()}`)
    await untilTold()
    return 0
  } catch (error) {
    const code = codeOf(error)
    log(
      'E',
      `etcd: ${code === 'EADDRNOTAVAIL' ? `bind: cannot assign requested address: ${messageOf(error)}` : messageOf(error)}`,
    )
    return 1
  } finally {
    for (const server of servers) stop(server)
    await store?.close()
    if (locked) dropLock(lock)
  }
}

async function listenAll(flags: Flags, store: EtcdLog, servers: Server[]): Promise<void> {
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    reply(store, request, response).catch((error: unknown) => {
      response.statusCode = 500
      response.end(JSON.stringify({ error: messageOf(error) }))
    })
  }
  const read = (name: string) => {
    const path = flags.get(name)
    return path === undefined ? undefined : readFileSync(path, 'utf8')
  }
  const [cert, key, ca] = [read('cert-file'), read('key-file'), read('trusted-ca-file')]
  const secret = flags.get('client-cert-auth') === 'true'
  const add = async (url: string, create: (secure: boolean) => Server) => {
    const { protocol, hostname, port } = new URL(url)
    const server = create(protocol === 'https:')
    servers.push(server)
    await listen(server, hostname.replace(/^\[|\]$/g, ''), Number(port))
  }
  const clients = flags.list('listen-client-urls')
  for (const url of clients.length > 0 ? clients : ['http://localhost:2379'])
    await add(url, (secure) => {
      if (!secure) return createHttpServer(answer)
      if (!cert || !key) throw new Error('KeyFile and CertFile must both be present')
      return createServer(
        { cert, key, ...(ca && { ca }), requestCert: secret, rejectUnauthorized: secret },
        answer,
      )
    })
  for (const url of flags.list('listen-metrics-urls')) await add(url, () => createHttpServer(answer))
  // There is one member, so nobody comes here; but the address must be one of this host, as for the real one.
  for (const url of flags.list('listen-peer-urls'))
    await add(url, () => createTcpServer((socket) => socket.destroy()))
}

async function reply(store: EtcdLog, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '/'
  const fault = Object.entries(readFaults('etcd').failRequests ?? {}).find(([prefix]) =>
    path.startsWith(prefix),
  )
  response.setHeader('content-type', 'application/json')
  if (fault) {
    response.statusCode = fault[1]
    response.end(JSON.stringify({ error: 'etcdserver: request failed by a scripted fault' }))
  } else if (path === '/dump') {
    const entries = [...store.entries].map(([key, entry]) => ({ key, ...entry }))
    response.end(JSON.stringify({ clusterId: store.clusterId, revision: store.revision(), entries }))
  } else if (path === '/commit' && request.method === 'POST') {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { changes }: { changes: Change[] } = JSON.parse(Buffer.concat(chunks).toString())
    response.end(JSON.stringify({ revision: await store.commit(changes) }))
  } else if (path.startsWith('/health')) response.end('{"health":"true","reason":""}')
  else if (path.startsWith('/livez') || path.startsWith('/readyz')) response.end('ok\n')
  else if (path === '/version') response.end('{"etcdserver":"3.6.6","etcdcluster":"3.6.0"}')
  else {
    response.statusCode = 404
    response.end('404 page not found\n')
  }
}

function stop(server: Server): void {
  server.close()
  if ('closeAllConnections' in server && typeof server.closeAllConnections === 'function')
    server.closeAllConnections()
}
