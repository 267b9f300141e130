import { mkdtempSync, rmSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { type FakeProvider, fakeProvider, type Trap, trap } from '../cluster/fake-provider.fixture.ts'
import { stateStore } from '../cluster/state-store.ts'
import { KaweezleError } from '../errors.ts'
import type { Finding } from '../finding.ts'
import { lockCluster } from '../host/cluster-lock.ts'
import { putCluster, readCluster, removeCluster } from '../kubeconfig/update-kubeconfig.ts'
import { terminalOf } from '../output/terminal.ts'
import type { ExecResult, Provider } from '../providers/provider.ts'
import type { Release } from '../releases/release.ts'
import { foldersOf } from '../settings/folders.ts'
import { runProgram } from './run-program.ts'
import type { ReleaseSource, World } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'kaweezle-commands-'))
afterAll(() => rmSync(folder, { recursive: true }))
let homes = 0

/** A machine in memory: what stays from one call of the program to the next. */
export interface Machinery {
  readonly home: string
  readonly kubeconfig: string
  readonly provider: FakeProvider
  readonly trap: Trap
  /** What is asked for by `--release`, and its version; `latest` is the newest. */
  readonly offered: Map<string, string>
  readonly cached: Set<string>
  readonly takenPorts: Set<number>
  readonly findings: Finding[]
  /** What programs inside answer, by their words; the rest is what the fake agent says. */
  readonly inside: Map<string, ExecResult>
  readonly written: Map<string, Uint8Array>
  /** What was run by `exec` on a terminal. */
  readonly attached: string[][]
  isDockerUsable: boolean
  freeBytes: number
  dataBytes: number
  now: number
}

export function machinery(): Machinery {
  homes += 1
  const home = join(folder, String(homes))
  const set = trap()
  const pem = (what: string) =>
    Buffer.from(`-----BEGIN ${what}-----\nAAAA\n-----END ${what}-----\n`).toString('base64')
  const kubeconfig = `apiVersion: v1
kind: Config
current-context: inside
clusters:
  - {name: c, cluster: {server: 'https://192.168.99.2:6443', certificate-authority-data: ${pem('CERTIFICATE')}}}
users:
  - {name: u, user: {client-certificate-data: ${pem('CERTIFICATE')}, client-key-data: ${pem('PRIVATE KEY')}}}
contexts:
  - {name: inside, context: {cluster: c, user: u}}
`
  return {
    home,
    kubeconfig: join(home, 'kube', 'config'),
    provider: fakeProvider(set),
    trap: set,
    offered: new Map([['latest', '1.0.0']]),
    cached: new Set(),
    takenPorts: new Set(),
    findings: [],
    inside: new Map([
      ['/usr/bin/iknite kubeconfig', said(kubeconfig)],
      [
        'df -Pk /var/lib/kaweezle',
        said('Filesystem 1024-blocks Used Available\n/dev/sda 100 50 2000000 5% /\n'),
      ],
      ['du -sxk /var/lib/kaweezle', said('1000\t/var/lib/kaweezle\n')],
    ]),
    written: new Map(),
    attached: [],
    isDockerUsable: true,
    freeBytes: 1e12,
    dataBytes: 1e6,
    now: 1_000_000,
  }
}

/** What a program inside writes, and ends with. */
export function said(stdout: string, status = 0): ExecResult {
  return { status, stdout, stderr: status === 0 ? '' : 'it failed\n' }
}

export interface CallOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly platform?: NodeJS.Platform
  /** The settings file. */
  readonly config?: string
  /** What a person answers; without it, nobody is there. */
  readonly answer?: string
  readonly isTerminal?: boolean
  readonly signal?: AbortSignal
  readonly releases?: Partial<ReleaseSource>
}

export interface Called {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  readonly questions: readonly string[]
}

/** Calls the program. Words are split at spaces; an array has them as they are. */
export async function call(
  line: string | readonly string[],
  on: Machinery,
  options: CallOptions = {},
): Promise<Called> {
  const { answer, platform = 'linux', signal = new AbortController().signal } = options
  const output = { stdout: '', stderr: '' }
  const questions: string[] = []
  const environment = { KAWEEZLE_HOME: on.home, ...options.environment }
  const isTerminal = options.isTerminal ?? answer !== undefined
  const status = await runProgram({
    argv: typeof line === 'string' ? line.split(' ').filter(Boolean) : line,
    environment,
    version: '1.2.3',
    signal,
    now: () => on.now,
    console: {
      stdout: (text) => {
        output.stdout += text
      },
      stderr: (text) => {
        output.stderr += text
      },
      terminal: terminalOf({ environment, platform, isTerminal, columns: 100 }),
      canAsk: isTerminal,
      ask: async (question) => {
        questions.push(question)
        return answer ?? ''
      },
    },
    folders: () => foldersOf({ environment, platform: 'linux', home: on.home }),
    readFile: async (path) =>
      path.endsWith('config.yaml') ? options.config : await readFile(path, 'utf8').catch(() => undefined),
    openWorld: (folders) => fakeWorld(on, { ...options, environment, platform, signal }, folders),
  })
  return { status, ...output, questions }
}

/** The one document that is on standard output; whatever else is there is an error. */
export function documentOf({ stdout }: Called): Record<string, unknown> {
  return JSON.parse(stdout) as Record<string, unknown>
}

/** A machine on which a command has succeeded: with a running cluster, unless another one is named. */
export async function started(line = 'start'): Promise<Machinery> {
  const on = machinery()
  const { status, stderr } = await call(line, on)
  if (status !== 0) throw new Error(stderr)
  return on
}

function fakeWorld(
  on: Machinery,
  options: CallOptions & Pick<World, 'environment' | 'platform' | 'signal'>,
  folders: World['folders'],
): World {
  const { environment, platform, signal } = options
  const surroundings = { environment, platform, home: on.home, signal }
  return {
    platform,
    environment,
    folders,
    signal,
    store: stateStore(folders.clusters),
    providers: { docker: async () => machineOf(on), wsl: async () => unusable() },
    releases: { ...fakeReleases(on), ...options.releases },
    kubeconfigs: {
      put: (access, { file = on.kubeconfig, useContext, overwrite }) =>
        putCluster(access, { ...surroundings, kubeconfig: file, useContext, overwrite }),
      remove: (name, { file = on.kubeconfig }) => removeCluster(name, { ...surroundings, kubeconfig: file }),
      read: (name, { file = on.kubeconfig }) => readCluster(name, { ...surroundings, kubeconfig: file }),
    },
    lock: (name, request, body) =>
      lockCluster(join(folders.clusters, name), { ...request, name, signal }, body),
    now: () => {
      on.now += 1
      return on.now
    },
    isPortFree: async (port) => !on.takenPorts.has(port),
    freeBytes: async () => on.freeBytes,
    writeFile: async (path, bytes) => void on.written.set(path, bytes),
    async *checks() {
      yield* on.findings
    },
  }
}

function machineOf(on: Machinery): Provider {
  return {
    ...on.provider,
    probe: async () =>
      on.isDockerUsable
        ? { isUsable: true, detail: 'Docker 28' }
        : { isUsable: false, reason: 'nothing answers', hint: 'Start Docker.' },
    freeBytes: async () => on.freeBytes,
    dataBytes: async () => on.dataBytes,
    async exec(name, argv, execOptions) {
      const answer = on.inside.get(argv.join(' '))
      for (const text of answer?.stdout.split('\n') ?? []) execOptions.onLine?.(text, 'stdout')
      return answer ?? on.provider.exec(name, argv, execOptions)
    },
    async attach(_, argv) {
      on.attached.push([...argv])
      return 7
    },
  }
}

function unusable(): Provider {
  return {
    ...fakeProvider(),
    name: 'wsl',
    probe: async () => ({ isUsable: false, reason: 'there is no wsl.exe', hint: 'Use Windows.' }),
  }
}

function fakeReleases(on: Machinery): ReleaseSource {
  return {
    async find({ settings, installed }) {
      const version = on.offered.get(settings.release)
      if (version === undefined) {
        throw new KaweezleError('SOURCE_MISSING', `there is no release ${settings.release}`)
      }
      if (installed !== undefined && version < installed && !settings.allowDowngrade) {
        throw new KaweezleError('RELEASE_OLDER', `${version} is older than ${installed}`)
      }
      return release(version)
    },
    async fetch({ rootfs }, { onEvent }) {
      const { name: label, size, sha256 } = rootfs
      onEvent({ type: 'started', label, total: size })
      onEvent({ type: 'progress', label, bytes: size / 2, total: size, rate: 1e6, secondsLeft: 5 })
      onEvent({ type: 'done', label, bytes: size, from: 'source' })
      on.cached.add(sha256)
      return { path: `/cache/${label}`, sha256, size }
    },
    cached: async () => [],
    async prune(keep) {
      for (const sha256 of on.cached) if (!keep.includes(sha256)) on.cached.delete(sha256)
    },
  }
}

/** A digest of the rootfs of a version. */
export function digestOf(version: string): string {
  return Buffer.from(version).toString('hex').padEnd(64, '0')
}

function release(version: string): Release {
  const rootfs = { name: 'rootfs.tar.gz', size: 2e8, sha256: digestOf(version) }
  return {
    version,
    tag: `v${version}`,
    origin: 'https://github.com/kaweezle/kaweezle',
    architecture: 'x86_64',
    manifest: {
      schema: 2,
      name: 'kaweezle',
      version,
      architecture: 'x86_64',
      kubernetesVersion: '1.36.5',
      agentVersion: '0.1.0',
      files: { rootfs: { ...rootfs, unpackedSize: 1e9, unpackedSha256: digestOf(version) } },
    },
    signed: undefined,
    rootfs: { ...rootfs, location: { kind: 'remote', url: 'https://example.test/rootfs', isApi: false } },
    files: { checksums: undefined, signature: undefined, manifest: Buffer.from('') },
  }
}
