import type { ApiClient } from '../cluster/api-client.ts'
import { ApiError } from '../cluster/api-error.ts'
import { type FakeHost, type FakeHostOptions, fakeHost } from '../host/fake-host.fixture.ts'
import { createLogger } from '../report/logger.ts'
import { defaultSettings, type Settings } from '../settings/settings.ts'
import type { ActContext } from './context.ts'

export interface FakeContext extends ActContext {
  readonly host: FakeHost
  /** All that was logged. */
  readonly log: string[]
  /** The programs that were run, each as one line. */
  runs(): readonly string[]
}

export interface FakeContextOptions extends FakeHostOptions {
  readonly settings?: Partial<Settings>
  /** Seconds until the deadline; 300 unless told. */
  readonly left?: number
  readonly cluster?: FakeCluster
}

/** A host in memory, all of whose programs that are not given succeed without a word. */
export function fakeContext({
  settings,
  left = 300,
  cluster,
  ...options
}: FakeContextOptions = {}): FakeContext {
  const programs = { ...Object.fromEntries(silent.map((name) => [name, {}])), ...options.programs }
  const host = fakeHost({ ...options, programs })
  const log: string[] = []
  return {
    host,
    log,
    settings: { ...defaultSettings, ...settings },
    logger: createLogger({
      level: 'trace',
      json: false,
      colour: false,
      now: host.now,
      write: (text) => log.push(text.trimEnd()),
    }),
    deadline: host.now() + left * 1000,
    runs: () => host.runs.map((argv) => argv.join(' ')),
    ...(cluster !== undefined && { connect: async () => fakeClient(cluster) }),
  }
}

const silent = [
  ...[
    'modprobe',
    'mount',
    'umount',
    'ip',
    'openrc',
    'rc-service',
    'sync',
    'cp',
    'kill',
    'kubeadm',
    'kubectl',
  ],
  ...['crictl', 'iptables-save', 'iptables-restore'],
]

export interface FakeCluster {
  /** What GET answers, by path; may be changed. Where nothing is given the server is down. */
  readonly answers: Record<string, unknown>
  /** What was patched: path, kind, body. */
  readonly patches: (readonly [string, string, unknown])[]
}

function fakeClient({ answers, patches }: FakeCluster): ApiClient {
  const answer = (path: string): unknown => {
    const found = answers[path]
    if (found === undefined)
      throw new ApiError('the API server cannot be reached', { reason: 'ECONNREFUSED' })
    return typeof found === 'function' ? found() : found
  }
  return {
    ask: async (path) => answer(path) as { status: number; body: string },
    get: async (path, schema) => schema.parse(answer(path)),
    find: async (path, schema) => (answer(path) === null ? undefined : schema.parse(answer(path))),
    list: async (path, item) => (answer(path) as unknown[]).map((one) => item.parse(one)),
    patch: async (path, kind, body) => void patches.push([path, kind, body]),
    post: async () => undefined,
    close: () => undefined,
  }
}
