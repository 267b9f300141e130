import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { stringify } from 'yaml'
import { createAuthority, type Identity, issue } from '../x509.ts'

export interface TestCluster {
  folder: string
  kubeconfig: string
  server: string
  authority: Identity
  /** Starts all programs again, or those named; resolves when the API is ready. */
  start(programs?: string[]): Promise<void>
  /** Starts one program and gives its exit status and stderr. */
  failing(program: string, argv?: string[]): Promise<{ status: number; stderr: string }>
  /** Kills (or, with SIGTERM, ends) all; the exit statuses by program. */
  kill(signal?: NodeJS.Signals): Promise<Record<string, number | null>>
  flags(program: string): string[]
  faults(faults: object): Promise<void>
  remove(): Promise<void>
}

const run = fileURLToPath(new URL('run.ts', import.meta.url))

/** A control plane of doubles on free ports of the loopback, in a folder of its own. */
export async function createCluster(): Promise<TestCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'kaweezle-control-plane-'))
  const file = (name: string) => join(folder, name)
  const [etcdPort, port] = [await freePort(), await freePort()]
  const server = `https://127.0.0.1:${port}`
  const authority = createAuthority({ commonName: 'kubernetes' })
  const addresses = ['127.0.0.1']
  const write = async (name: string, { certificate, key }: Identity) => {
    await writeFile(file(`${name}.crt`), certificate)
    await writeFile(file(`${name}.key`), key, { mode: 0o600 })
  }
  await mkdir(folder, { recursive: true })
  await write('ca', authority)
  await write('etcd', issue(authority, { commonName: 'etcd', addresses, usages: ['server', 'client'] }))
  await write(
    'etcd-client',
    issue(authority, { commonName: 'kube-apiserver-etcd-client', usages: ['client'] }),
  )
  await write('apiserver', issue(authority, { commonName: 'kube-apiserver', addresses, usages: ['server'] }))
  const admin = issue(authority, {
    commonName: 'kubernetes-admin',
    organizations: ['system:masters'],
    usages: ['client'],
  })
  const kubeconfig = file('admin.conf')
  await writeFile(kubeconfig, kubeconfigOf(server, authority.certificate, admin))

  const flags: Record<string, string[]> = {
    etcd: [
      `--data-dir=${file('etcd')}`,
      `--listen-client-urls=https://127.0.0.1:${etcdPort}`,
      `--advertise-client-urls=https://127.0.0.1:${etcdPort}`,
      `--cert-file=${file('etcd.crt')}`,
      `--key-file=${file('etcd.key')}`,
      `--trusted-ca-file=${file('ca.crt')}`,
      '--client-cert-auth=true',
      '--snapshot-count=10000',
    ],
    'kube-apiserver': [
      `--secure-port=${port}`,
      `--tls-cert-file=${file('apiserver.crt')}`,
      `--tls-private-key-file=${file('apiserver.key')}`,
      `--client-ca-file=${file('ca.crt')}`,
      `--etcd-servers=https://127.0.0.1:${etcdPort}`,
      `--etcd-cafile=${file('ca.crt')}`,
      `--etcd-certfile=${file('etcd-client.crt')}`,
      `--etcd-keyfile=${file('etcd-client.key')}`,
      '--allow-privileged=true',
    ],
    'kube-controller-manager': [`--kubeconfig=${kubeconfig}`],
    'kube-scheduler': ['--kubeconfig', kubeconfig],
  }
  const environment = {
    ...process.env,
    KUBE_DOUBLES_FAULTS: file('faults.json'),
    KUBE_DOUBLE_ETCD_PATIENCE: '1500',
  }
  let running: Record<string, ChildProcess> = {}
  const launch = (program: string, argv: string[], stderr: 'inherit' | 'ignore' | 'pipe') => {
    const runtime = process.env['KUBE_DOUBLES_RUNTIME'] ?? process.execPath
    return spawn(runtime, [run, program, ...argv], { stdio: ['ignore', 'ignore', stderr], env: environment })
  }
  const kill = async (signal: NodeJS.Signals = 'SIGKILL') => {
    const ended = Object.entries(running).map(async ([program, child]) => {
      const exit = (child.exitCode ?? child.signalCode) ? undefined : once(child, 'exit')
      child.kill(signal)
      const [status] = (await exit) ?? [child.exitCode]
      return [program, status] as const
    })
    running = {}
    return Object.fromEntries(await Promise.all(ended))
  }
  return {
    folder,
    kubeconfig,
    server,
    authority,
    start: async (programs = Object.keys(flags)) => {
      const stderr = process.env['KUBE_DOUBLES_DEBUG'] ? 'inherit' : 'ignore'
      for (const program of programs) running[program] = launch(program, flags[program] ?? [], stderr)
      if (programs.includes('kube-apiserver')) await ready(server, authority.certificate)
    },
    failing: async (program, argv = flags[program] ?? []) => {
      const child = launch(program, argv, 'pipe')
      let stderr = ''
      child.stderr?.setEncoding('utf8').on('data', (text) => {
        stderr += text
      })
      const [status] = await once(child, 'close')
      return { status, stderr }
    },
    kill,
    flags: (program) => [...(flags[program] ?? [])],
    faults: (faults) => writeFile(file('faults.json'), JSON.stringify(faults)),
    remove: async () => {
      await kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export function kubeconfigOf(server: string, ca: string, user?: Identity): string {
  const data = (text: string) => Buffer.from(text).toString('base64')
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority-data': data(ca) } }],
    users: [
      {
        name: 'test',
        user: user
          ? { 'client-certificate-data': data(user.certificate), 'client-key-data': data(user.key) }
          : {},
      },
    ],
  })
}

async function ready(server: string, ca: string): Promise<void> {
  const { connect } = await import('./client.ts')
  const client = connect({ server, ca })
  for (let attempt = 0; ; attempt++) {
    try {
      await client.send('GET', '/readyz')
      return client.close()
    } catch (error) {
      if (attempt > 200) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (!address || typeof address === 'string') throw new Error('no port')
  return address.port
}
