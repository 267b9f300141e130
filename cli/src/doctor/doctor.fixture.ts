import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { fakeProvider } from '../cluster/fake-provider.fixture.ts'
import type { ClusterState } from '../cluster/state.ts'
import { type StateStore, stateStore } from '../cluster/state-store.ts'
import type { World } from '../commands/world.ts'
import type { Finding } from '../finding.ts'
import type { ClusterEntry } from '../kubeconfig/read-entry.ts'
import type { ExecResult, Machine, Provider } from '../providers/provider.ts'
import { foldersOf } from '../settings/folders.ts'
import { defaults, type Settings } from '../settings/table.ts'
import { runChecks } from './checks.ts'

const root = mkdtempSync(join(tmpdir(), 'kaweezle-doctor-'))
afterAll(() => rmSync(root, { recursive: true }))
let homes = 0

/** A new, empty folder for the states of clusters. */
export function newHome(): string {
  homes += 1
  return join(root, String(homes))
}

/** What is planted on a machine where all else is well. */
export interface Faults {
  readonly home?: string
  readonly environment?: Record<string, string>
  readonly free?: number
  readonly state?: ClusterState
  readonly store?: Partial<StateStore>
  readonly isPortFree?: boolean
  readonly provider?: Partial<Provider>
  readonly machine?: Partial<Machine>
  /** What is run inside prints; the clock is that of the host where it is not given. */
  readonly guest?: string
  readonly agent?: object | string
  readonly entry?: Partial<ClusterEntry>
  readonly readEntry?: () => Promise<never>
  readonly find?: () => Promise<never>
  readonly settings?: Partial<Settings>
}

export const now = Date.UTC(2026, 10, 27)

/** What a machine without a fault says. */
export const wellGuest = `nameserver 10.0.0.1
data yes
cgroup2 cpuset cpu io memory hugetlb pids
resolves yes
`

const release = { version: '1.0.0', sha256: 'a'.repeat(64) }

export const installed: ClusterState = {
  version: 1,
  name: 'kaweezle',
  provider: 'docker',
  apiPort: 6444,
  current: { rootfs: 'r1', release, since: '2026-11-27T00:00:00Z' },
}

const wellMachine: Machine = {
  hasData: true,
  rootfs: ['r1'],
  active: 'r1',
  state: 'stopped',
  snapshots: [],
}

/** The findings of a machine on which all is well but for the faults, by name. */
export async function findings(faults: Faults = {}): Promise<ReadonlyMap<string, Finding>> {
  const { environment = {}, free = 1e12, state, isPortFree = true, home = newHome() } = faults
  const signal = new AbortController().signal
  const provider: Provider = {
    ...fakeProvider(),
    probe: async () => ({ isUsable: true, detail: 'Docker 28' }),
    list: async () => (state === undefined ? [] : [state.name]),
    inspect: async () => ({ ...wellMachine, ...faults.machine }),
    freeBytes: async () => free,
    exec: async (_, argv) => exec(argv, faults),
    ...faults.provider,
  }
  const world = {
    platform: 'linux',
    environment,
    folders: foldersOf({ environment: { KAWEEZLE_HOME: home }, platform: 'linux', home }),
    store: {
      ...stateStore(join(home, 'clusters')),
      read: async () => state,
      names: async () => (state === undefined ? [] : [state.name]),
      ...faults.store,
    },
    providers: { docker: async () => provider, wsl: async () => provider },
    kubeconfigs: {
      read:
        faults.readEntry ??
        (async () => ({
          ...{ path: '/k', isOurs: true, isCurrent: true, server: `https://127.0.0.1:${state?.apiPort}` },
          ...faults.entry,
        })),
    },
    releases: { find: faults.find ?? (async () => ({ version: '1.0.0', origin: 'https://github.com/k/k' })) },
    now: () => now,
    isPortFree: async () => isPortFree,
    freeBytes: async () => free,
    signal,
  } as unknown as World
  const found = await Array.fromAsync(runChecks({ world, settings: { ...defaults, ...faults.settings } }))
  return new Map(found.map((finding) => [finding.name, finding]))
}

function exec(
  [program]: readonly string[],
  {
    guest = wellGuest,
    agent = { schemaVersion: 1, state: 'ready', phase: 'ready', agentVersion: '1' },
  }: Faults,
): ExecResult {
  const clock = guest.startsWith('clock') || guest === '' ? '' : `clock ${now / 1000}\n`
  const stdout =
    program === '/usr/bin/iknite'
      ? typeof agent === 'string'
        ? agent
        : JSON.stringify(agent)
      : `${clock}${guest}`
  return { status: 0, stdout, stderr: '' }
}
