import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { TLSSocket } from 'node:tls'
import { bootstrap } from './bootstrap.ts'
import { connectEtcd, type EtcdClient } from './etcd-client.ts'
import { Failure, statusOf } from './failure.ts'
import { readFaults, startFaults } from './faults.ts'
import { type Flags, parseFlags } from './flags.ts'
import { answer } from './requests.ts'
import { listen, log, messageOf, untilTold } from './running.ts'
import { createStore, type Store } from './store.ts'

interface State {
  etcd: EtcdClient
  store: Store
  since: number
}

const mustBeThere = [
  'kubelet-client-certificate',
  'kubelet-client-key',
  'service-account-key-file',
  'service-account-signing-key-file',
  'requestheader-client-ca-file',
  'proxy-client-cert-file',
  'proxy-client-key-file',
]

/**
 * The double of kube-apiserver, with the real flags. Certificates are read once, at the start. KUBE_DOUBLE_VERSION is
 * the version it says it is (v1.35.0).
 */
export async function main(argv: string[]): Promise<number> {
  const refused = await startFaults('kube-apiserver')
  if (refused !== undefined) return refused
  const flags = parseFlags(argv)
  let server: Server | undefined
  let etcd: EtcdClient | undefined
  try {
    const [cert, key, ca] = ['tls-cert-file', 'tls-private-key-file', 'client-ca-file'].map((flag) =>
      read(flags, flag),
    )
    if (!cert || !key || !ca)
      throw new Error('--tls-cert-file, --tls-private-key-file and --client-ca-file are needed')
    checkDates(flags.get('tls-cert-file'), cert)
    checkDates(flags.get('client-ca-file'), ca)
    for (const flag of mustBeThere) read(flags, flag)
    const tls = {
      ca: read(flags, 'etcd-cafile'),
      certificate: read(flags, 'etcd-certfile'),
      key: read(flags, 'etcd-keyfile'),
    }
    const known = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined))
    etcd = await connectEtcd(
      flags.list('etcd-servers'),
      known,
      Number(process.env['KUBE_DOUBLE_ETCD_PATIENCE'] ?? 5000),
    )
    const port = Number(flags.get('secure-port') ?? 6443)
    const store = createStore(etcd)
    await bootstrap(store, flags.get('advertise-address') ?? '127.0.0.1', port)
    const state: State = { etcd, store, since: Date.now() }
    server = createServer(
      { cert, key, ca, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        void serve(state, request, response)
      },
    )
    await listen(server, flags.get('bind-address') ?? '0.0.0.0', port)
    log('I', `Serving securely on [::]:${port}`)
    await untilTold()
    return 0
  } catch (error) {
    log('E', `"command failed" err="${messageOf(error)}"`)
    return 1
  } finally {
    server?.close()
    server?.closeAllConnections()
    etcd?.close()
  }
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? '/'
  const user = userOf(request)
  let status = 500
  try {
    const fault = Object.entries(readFaults('kube-apiserver').failRequests ?? {}).find(([prefix]) =>
      path.startsWith(prefix),
    )
    if (fault) throw new Failure(fault[1], 'ScriptedFault', 'refused by a scripted fault')
    if (await health(state, path, response)) return
    if (!user) throw new Failure(401, 'Unauthorized', 'Unauthorized')
    if (path.startsWith('/openapi/v2')) {
      // An empty document, in protobuf: kubectl asks here only for kinds it found nowhere else.
      status = 200
      response
        .writeHead(200, { 'content-type': 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf' })
        .end()
      return
    }
    const result = await answer(state.store, request, response)
    if (!result) return
    status = result.status
    send(response, status, result.body, result.type)
  } catch (error) {
    if (!(error instanceof Failure))
      log('E', error instanceof Error ? (error.stack ?? error.message) : String(error))
    const failure = error instanceof Failure ? error : new Failure(500, 'InternalError', messageOf(error))
    status = failure.code
    if (!response.headersSent) send(response, status, statusOf(failure))
    else response.end()
  } finally {
    if (request.method !== 'GET')
      log('I', `${request.method} ${path} by ${user ?? 'system:anonymous'}: ${status}`)
  }
}

/** What anybody may ask. */
async function health({ etcd, since }: State, path: string, response: ServerResponse): Promise<boolean> {
  const [, name, query = ''] = /^\/(readyz|livez|healthz|version)(?:\/[^?]*)?(?:\?(.*))?$/.exec(path) ?? []
  if (!name) return false
  if (name === 'version') {
    send(response, 200, version())
    return true
  }
  const { readyDelay = 0 } = readFaults('kube-apiserver')
  const checks = {
    ping: true,
    log: true,
    etcd: await etcd.healthy(),
    'poststarthook/start-apiextensions-controllers': true,
  }
  if (name === 'readyz' && Date.now() - since < readyDelay)
    checks['poststarthook/start-apiextensions-controllers'] = false
  const good = Object.values(checks).every(Boolean)
  const lines = Object.entries(checks).map(([check, passed]) =>
    passed ? `[+]${check} ok` : `[-]${check} failed: reason withheld`,
  )
  const text =
    good && !query.includes('verbose')
      ? 'ok'
      : `${lines.join('\n')}\n${name} check ${good ? 'passed' : 'failed'}\n`
  response.writeHead(good ? 200 : 500, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(text)
  return true
}

function version(): object {
  const gitVersion = process.env['KUBE_DOUBLE_VERSION'] ?? 'v1.35.0'
  const [major, minor] = gitVersion.replace(/^v/, '').split('.')
  const more = {
    gitCommit: 'double',
    gitTreeState: 'clean',
    buildDate: '2026-01-01T00:00:00Z',
    goVersion: 'none',
    compiler: 'none',
  }
  return { major, minor, gitVersion, ...more, platform: 'linux/amd64' }
}

/** Name and groups of the client certificate; nothing for a client without one that our CA signed. */
function userOf(request: IncomingMessage): string | undefined {
  const socket = request.socket as TLSSocket
  if (!socket.authorized) return undefined
  // Bun does not tell a server the names in its client's certificate.
  const { subject } = socket.getPeerCertificate?.() ?? {}
  return subject ? `${subject.CN} (${[subject.O].flat().join(', ')})` : 'a client certificate'
}

function send(response: ServerResponse, status: number, body: object, type = 'application/json'): void {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

function read(flags: Flags, name: string): string | undefined {
  const path = flags.get(name)
  return path === undefined ? undefined : readFileSync(path, 'utf8')
}

function checkDates(path: string | undefined, pem: string): void {
  const { validFrom, validTo } = new X509Certificate(pem)
  if (Date.parse(validTo) < Date.now()) throw new Error(`${path}: x509: certificate has expired: ${validTo}`)
  if (Date.parse(validFrom) > Date.now())
    throw new Error(`${path}: x509: certificate is not yet valid: ${validFrom}`)
}
