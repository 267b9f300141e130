import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fakeProvider } from '../cluster/fake-provider.fixture.ts'
import type { ClusterState } from '../cluster/state.ts'
import { type StateStore, stateStore } from '../cluster/state-store.ts'
import type { World } from '../commands/world.ts'
import { KaweezleError } from '../errors.ts'
import { foldersOf } from '../host/folders.ts'
import type { Availability } from '../providers/provider.ts'
import { defaults, type Settings } from '../settings/table.ts'
import { runChecks } from './checks.ts'
import type { Finding } from './finding.ts'

const home = mkdtempSync(join(tmpdir(), 'kaweezle-doctor-'))
afterAll(() => rmSync(home, { recursive: true }))

interface Faults {
  readonly environment?: Record<string, string>
  readonly availability?: Availability
  readonly free?: number
  readonly state?: ClusterState
  readonly store?: Partial<StateStore>
  readonly isPortFree?: boolean
  readonly isRunning?: boolean
  readonly clashes?: readonly { port: number; distribution: string | undefined }[]
  readonly find?: () => Promise<never>
  readonly settings?: Partial<Settings>
}

/** The findings of a machine on which all is well but for the faults, by name. */
async function findings(faults: Faults = {}): Promise<ReadonlyMap<string, Finding>> {
  const { environment = {}, free = 1e12, state, isPortFree = true } = faults
  const provider = fakeProvider()
  if (faults.isRunning === true) Object.assign(provider.machine, { active: 'r', isRunning: true })
  const availability = faults.availability ?? { isUsable: true, detail: 'Docker 28' }
  const usable = {
    ...provider,
    probe: async () => availability,
    freeBytes: async () => free,
    ...(faults.clashes && { clashes: async () => faults.clashes }),
  }
  const world = {
    platform: 'linux',
    environment,
    folders: foldersOf({ environment: { KAWEEZLE_HOME: home }, platform: 'linux', home }),
    store: { ...stateStore(home), read: async () => state, ...faults.store },
    providers: { docker: async () => usable, wsl: async () => usable },
    releases: { find: faults.find ?? (async () => ({ version: '1.0.0', origin: 'https://github.com/k/k' })) },
    isPortFree: async () => isPortFree,
    freeBytes: async () => free,
    signal: new AbortController().signal,
  } as unknown as World
  const found = await Array.fromAsync(runChecks({ world, settings: { ...defaults, ...faults.settings } }))
  return new Map(found.map((finding) => [finding.name, finding]))
}

const stopped: ClusterState = { version: 1, name: 'kaweezle', provider: 'docker', apiPort: 6444 }

test('a machine without a fault passes every check', async () => {
  const all = [...(await findings()).values()]
  expect(all.length).toBeGreaterThanOrEqual(7)
  expect(all.filter(({ verdict }) => verdict !== 'pass')).toEqual([])
})

const faults: readonly (readonly [string, Faults, string, Finding['verdict']])[] = [
  [
    'a provider that does not answer',
    { availability: { isUsable: false, reason: 'x', hint: 'y' } },
    'provider docker',
    'fail',
  ],
  ['a disk that is nearly full', { free: 5e9 }, 'disk space of docker', 'warn'],
  ['a disk that is full', { free: 1e9 }, 'disk space of docker', 'fail'],
  [
    'a command that was cut off',
    { state: { ...stopped, journal: { kind: 'uninstall' } } },
    'state of kaweezle',
    'warn',
  ],
  [
    'a damaged state',
    { store: { read: () => Promise.reject(new KaweezleError('STATE_INVALID', 'x', { hint: 'y' })) } },
    'state',
    'fail',
  ],
  ['a port that another has', { state: stopped, isPortFree: false }, 'API port 6444', 'fail'],
  [
    'a port that was chosen and is taken',
    { settings: { apiPort: 7000 }, isPortFree: false },
    'API port 7000',
    'fail',
  ],
  [
    'a port that another distribution has',
    { clashes: [{ port: 6443, distribution: 'Ubuntu' }] },
    'shared ports',
    'warn',
  ],
  ['a proxy that is none', { environment: { HTTPS_PROXY: 'proxy:x:y' } }, 'proxies', 'fail'],
  ['a proxy for 127.0.0.1', { environment: { https_proxy: 'http://p:3128' } }, 'proxies', 'warn'],
  [
    'a release source that does not answer',
    { find: () => Promise.reject(new KaweezleError('SOURCE_UNREACHABLE', 'x', { hint: 'y' })) },
    'release source',
    'fail',
  ],
]

test.each(faults)('%s is found, with what to do', async (_, planted, name, verdict) => {
  const found = (await findings(planted)).get(name)
  expect(found).toMatchObject({ verdict, hint: expect.any(String) })
})

test('the port of a running cluster is taken by the cluster itself', async () => {
  const found = await findings({ state: stopped, isPortFree: false, isRunning: true })
  expect(found.get('API port 6444')).toMatchObject({ verdict: 'pass', message: 'the cluster has it' })
})

test('a port that a new cluster would not insist on is no fault', async () => {
  expect((await findings({ isPortFree: false })).get('API port 6443')).toMatchObject({ verdict: 'pass' })
})

test('credentials of a proxy are not shown', async () => {
  const environment = { HTTPS_PROXY: 'http://ada:hunter2@p:3128', NO_PROXY: 'localhost,127.0.0.1' }
  const found = (await findings({ environment })).get('proxies')
  expect(found).toMatchObject({ verdict: 'pass' })
  expect(JSON.stringify(found)).not.toContain('hunter2')
})

test('a check that breaks is told as a bug, and the others run', async () => {
  const found = await findings({ find: () => Promise.reject(new TypeError('x')) })
  expect(found.get('release source')).toMatchObject({ verdict: 'fail', hint: expect.stringContaining('bug') })
  expect(found.get('proxies')).toMatchObject({ verdict: 'pass' })
})
