import { expect, test } from 'vitest'
import { KaweezleError } from '../errors.ts'
import type { Finding } from '../finding.ts'
import { type Faults, findings, installed, now, wellGuest } from './doctor.fixture.ts'

const running = { state: 'running' } as const
/** A cluster that runs, and has its port. */
const up: Faults = { state: installed, machine: running, isPortFree: false }
const failing =
  (code: 'PROVIDER_FAILED' | 'STATE_INVALID' | 'SOURCE_UNREACHABLE' | 'KUBECONFIG_INVALID') => () =>
    Promise.reject(new KaweezleError(code, 'x', { hint: 'y' }))

test.each<[string, Faults]>([
  ['without a cluster', {}],
  ['with a stopped cluster', { state: installed }],
  ['with a running cluster', up],
])('a machine without a fault, %s, passes every check', async (_, faults) => {
  const all = [...(await findings(faults)).values()]
  expect(all.length).toBeGreaterThanOrEqual(9)
  expect(all.filter(({ verdict }) => verdict !== 'pass')).toEqual([])
  expect(all.filter(({ hint }) => hint !== undefined)).toEqual([])
})

const former = { ...installed.current, snapshot: 's1' } as NonNullable<typeof installed.former>
const faults: readonly (readonly [string, Faults, string, Finding['verdict']])[] = [
  [
    'a provider that does not answer',
    { provider: { probe: async () => ({ isUsable: false, reason: 'x', hint: 'y' }) } },
    'provider docker',
    'fail',
  ],
  [
    'another provider than the cluster has',
    { state: installed, settings: { provider: 'wsl' } },
    'provider',
    'fail',
  ],
  [
    'what the provider finds of itself',
    { provider: { examine: async () => [{ name: 'memory', verdict: 'fail', message: 'x', hint: 'y' }] } },
    'memory',
    'fail',
  ],
  [
    'a provider that cannot be looked at',
    { provider: { examine: failing('PROVIDER_FAILED') } },
    'provider itself',
    'fail',
  ],
  ['a disk that is nearly full', { free: 5e9 }, 'disk space of docker', 'warn'],
  ['a disk that is full', { free: 1e9 }, 'disk space of docker', 'fail'],
  [
    'a command that was cut off',
    { state: { ...installed, journal: { kind: 'uninstall' } } },
    'state of kaweezle',
    'warn',
  ],
  ['a damaged state', { store: { read: failing('STATE_INVALID') } }, 'state', 'fail'],
  [
    'a machine that cannot be looked at',
    { state: installed, provider: { inspect: failing('PROVIDER_FAILED') } },
    'machine',
    'fail',
  ],
  ['data that are gone', { state: installed, machine: { hasData: false } }, 'machine of kaweezle', 'fail'],
  [
    'a machine that is gone',
    { state: installed, machine: { active: undefined, state: 'absent' } },
    'machine of kaweezle',
    'fail',
  ],
  [
    'a machine that was exchanged by another hand',
    { state: installed, machine: { active: 'r9' } },
    'machine of kaweezle',
    'warn',
  ],
  [
    'a way back that is gone',
    { state: { ...installed, former }, machine: { rootfs: ['r1'], snapshots: [] } },
    'machine of kaweezle',
    'warn',
  ],
  ['a cluster without a state', { provider: { list: async () => ['other'] } }, 'other clusters', 'warn'],
  [
    'a damaged state of another cluster',
    {
      store: {
        names: async () => ['other'],
        read: (name) => (name === 'other' ? failing('STATE_INVALID')() : Promise.resolve(undefined)),
      },
    },
    'other clusters',
    'warn',
  ],
  ['a port that another has', { state: installed, isPortFree: false }, 'API port 6444', 'fail'],
  [
    'a port that was chosen and is taken',
    { settings: { apiPort: 7000 }, isPortFree: false },
    'API port 7000',
    'fail',
  ],
  ['a port that does not lead inside', { ...up, isPortFree: true }, 'API port 6444', 'warn'],
  [
    'a port that another distribution has',
    { provider: { clashes: async () => [{ port: 6443, distribution: 'Ubuntu' }] } },
    'shared ports',
    'warn',
  ],
  [
    'another cluster that runs in the same network',
    {
      provider: {
        clashes: async () => [{ port: 6443, distribution: 'other' }],
        rivals: async () => ['other'],
      },
    },
    'shared ports',
    'warn',
  ],
  ['a clock that is ahead', { ...up, guest: `clock ${now / 1000 + 10}\n${wellGuest}` }, 'clock', 'warn'],
  ['a clock that stood still', { ...up, guest: `clock ${now / 1000 - 3600}\n${wellGuest}` }, 'clock', 'fail'],
  ['no name server', { ...up, guest: 'data yes\ncgroup2 cpu memory pids\n' }, 'DNS', 'warn'],
  [
    'a name server that is the pod itself',
    { ...up, guest: `nameserver 127.0.0.53\n${wellGuest}` },
    'DNS',
    'warn',
  ],
  [
    'names that are not found',
    { ...up, guest: wellGuest.replace('yes\n', 'yes\nresolves no\n') },
    'DNS',
    'warn',
  ],
  ['missing control groups', { ...up, guest: wellGuest.replace('memory ', '') }, 'cgroups', 'fail'],
  ['a machine without its data', { ...up, guest: wellGuest.replace('data yes\n', '') }, 'data', 'fail'],
  ['a machine that runs no script', { ...up, guest: '' }, 'inside of the machine', 'fail'],
  ['an agent that does not answer', { ...up, agent: 'Segmentation fault' }, 'iknite', 'fail'],
  [
    'a cluster that has failed',
    {
      ...up,
      agent: { schemaVersion: 1, state: 'failed', phase: 'x', agentVersion: '1', problems: ['etcd'] },
    },
    'iknite',
    'fail',
  ],
  [
    'a cluster that is stopped in its running machine',
    { ...up, agent: { schemaVersion: 1, state: 'stopped', phase: 'x', agentVersion: '1' } },
    'iknite',
    'warn',
  ],
  ['a kubeconfig that cannot be parsed', { readEntry: failing('KUBECONFIG_INVALID') }, 'kubeconfig', 'fail'],
  [
    'a context that is missing',
    { ...up, entry: { path: undefined, isOurs: false, server: undefined } },
    'kubeconfig',
    'warn',
  ],
  ['a context of another', { state: installed, entry: { isOurs: false } }, 'kubeconfig', 'warn'],
  [
    'a context with another port',
    { state: installed, entry: { server: 'https://127.0.0.1:6443' } },
    'kubeconfig',
    'warn',
  ],
  ['a proxy that is none', { environment: { HTTPS_PROXY: 'proxy:x:y' } }, 'proxies', 'fail'],
  ['a proxy for 127.0.0.1', { environment: { https_proxy: 'http://p:3128' } }, 'proxies', 'warn'],
  [
    'a release source that does not answer',
    { find: failing('SOURCE_UNREACHABLE') },
    'release source',
    'fail',
  ],
]

test.each(faults)(
  '%s is found, with what to do, and nothing else is blamed',
  async (_, planted, name, verdict) => {
    const found = await findings(planted)
    expect(found.get(name)).toMatchObject({ verdict, hint: expect.stringMatching(/./) })
    const blamed = [...found.values()].filter((one) => one.verdict !== 'pass').map((one) => one.name)
    expect(blamed.filter((one) => one !== name && !one.startsWith('disk space'))).toEqual([])
  },
)

test('a release source that does not answer is no failure of a cluster that is there', async () => {
  const found = await findings({ ...up, find: failing('SOURCE_UNREACHABLE') })
  expect(found.get('release source')).toMatchObject({ verdict: 'warn', hint: 'y' })
})

test('the port of a running cluster is taken by the cluster itself', async () => {
  const port = (await findings(up)).get('API port 6444')
  expect(port).toMatchObject({ verdict: 'pass', message: 'the cluster has it' })
})

test('a port that a new cluster would not insist on is no fault', async () => {
  expect((await findings({ isPortFree: false })).get('API port 6443')).toMatchObject({ verdict: 'pass' })
})

test('a cluster that was only installed needs no context yet', async () => {
  const found = await findings({ state: installed, entry: { path: undefined, isOurs: false } })
  expect(found.get('kubeconfig')).toMatchObject({ verdict: 'pass' })
})

test('an unfinished install is told as that, and not as a machine that is gone', async () => {
  const { current: target = former, ...rest } = installed
  const state = { ...rest, journal: { kind: 'install' as const, target } }
  const found = await findings({ state, machine: { active: undefined, hasData: false, state: 'absent' } })
  expect(found.get('state of kaweezle')).toMatchObject({ verdict: 'warn' })
  expect(found.has('machine of kaweezle')).toBe(false)
})

test('nothing is started or run in a machine that is stopped', async () => {
  const found = await findings({
    state: installed,
    provider: { exec: failing('PROVIDER_FAILED'), start: failing('PROVIDER_FAILED') },
  })
  expect(found.has('clock')).toBe(false)
  expect([...found.values()].filter(({ verdict }) => verdict !== 'pass')).toEqual([])
})

test('offline, no name of the Internet is looked up', async () => {
  const asked: string[][] = []
  const exec = async (_: string, argv: readonly string[]) => {
    asked.push([...argv])
    return { status: 0, stdout: `clock ${now / 1000}\n`, stderr: '' }
  }
  await findings({ ...up, settings: { offline: true }, provider: { exec } })
  expect(asked[0]?.at(-1)).toBe('')
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
