import { expect, test } from 'vitest'
import { type FakeHostOptions, fakeHost } from '../host/fake-host.fixture.ts'
import { bootTime, findProcess, listProcesses, parseStat } from './processes.ts'
import { observeOpenrc, observeService } from './services.ts'

const now = Date.UTC(2026, 0, 2)
const bootedAt = now - 100_000
const machine = { '/proc/stat': `cpu 1 2\nbtime ${bootedAt / 1000}\n`, '/proc/uptime': '100.00 50.00\n' }

interface Process {
  readonly argv: readonly string[]
  readonly ticks?: number
  readonly parent?: number
  readonly state?: string
  readonly network?: string
}

function hostWith(processes: Record<number, Process>, files: NonNullable<FakeHostOptions['files']> = {}) {
  const proc = Object.entries(processes).flatMap(
    ([pid, { argv, ticks = 500, parent = 1, state = 'S', network }]) => [
      [`/proc/${pid}/cmdline`, argv.map((word) => `${word}\0`).join('')],
      [`/proc/${pid}/stat`, stat(pid, state, parent, ticks)],
      ...(network === undefined ? [] : [[`/proc/${pid}/ns/net`, { target: network }] as const]),
    ],
  )
  return fakeHost({
    now,
    files: { ...machine, '/proc/self/ns/net': { target: 'net:[1]' }, ...Object.fromEntries(proc), ...files },
  })
}

function stat(pid: string, state: string, parent: number, ticks: number): string {
  return `${pid} (a) b (c) ${state} ${parent} ${Array.from({ length: 17 }, () => 0).join(' ')} ${ticks} 0 0\n`
}

async function find(processes: Record<number, Process>, program: string) {
  const host = hostWith(processes)
  return findProcess(host, await listProcesses(host), program)
}

test('a process is known by the first word of its command, and since when it runs', async () => {
  expect(await find({ 7: { argv: ['/usr/bin/crio', '--log-level', 'info'] } }, 'crio')).toEqual({
    pid: 7,
    startedAt: bootedAt + 5000,
  })
})

test.each<[string, readonly string[], string]>([
  ['a script of node', ['node', '/usr/bin/crio'], 'crio'],
  ['a script of node by its path', ['/usr/bin/node', '/usr/bin/kubelet', '--config=x'], 'kubelet'],
  ['a script of bun', ['bun', '/usr/bin/kube-apiserver'], 'kube-apiserver'],
  ['a script of a shell', ['/bin/sh', '/usr/bin/conmon', '-c', 'id'], 'conmon'],
  ['a program with a title of its own', ['kubelet: working'], 'kubelet:'],
  ['a shell with a command', ['sh', '-c', '/usr/bin/crio'], 'sh'],
  ['a service’s script', ['/bin/sh', '/etc/init.d/kubelet', 'start'], 'sh'],
  ['a supervisor', ['supervise-daemon', 'kubelet', '--start', '/usr/bin/kubelet'], 'supervise-daemon'],
  ['an interpreter of something else', ['python', '/usr/bin/crio'], 'python'],
])('%s is called by what it is', async (_title, argv, program) => {
  expect(await listProcesses(hostWith({ 9: { argv } }))).toMatchObject([{ pid: 9, program }])
})

test('threads of the kernel and what has ended are no processes', async () => {
  expect(await find({ 2: { argv: [] }, 3: { argv: ['crio'], state: 'Z' } }, 'crio')).toBeUndefined()
})

test('a program of the same name in a pod’s network is not the node’s', async () => {
  const processes = {
    5: { argv: ['etcd'], network: 'net:[2]', ticks: 1 },
    6: { argv: ['etcd'], network: 'net:[1]' },
  }
  expect(await find(processes, 'etcd')).toMatchObject({ pid: 6 })
  expect(await find({ 5: processes[5] }, 'etcd')).toBeUndefined()
})

test('of several the oldest is taken', async () => {
  expect(
    await find({ 5: { argv: ['crio'], ticks: 900 }, 8: { argv: ['crio'], ticks: 500 } }, 'crio'),
  ).toMatchObject({ pid: 8 })
})

test('a process that ends while it is looked at is none', async () => {
  const host = fakeHost({ files: { ...machine, '/proc/5/cmdline': 'crio\0' } })
  expect(await findProcess(host, await listProcesses(host), 'crio')).toBeUndefined()
})

test.each([[''], ['5'], ['5 (x) S 1'], ['\u0000'], [`5 (x) S 1 ${'a '.repeat(30)}`]])(
  'the damaged status %j is none',
  (text) => {
    expect(parseStat(text)).toBeUndefined()
  },
)

test.each<[string, Record<string, string>, number]>([
  [
    'the fine clock where both agree',
    { '/proc/stat': `btime ${bootedAt / 1000}`, '/proc/uptime': '99.50 1' },
    now - 99_500,
  ],
  [
    'the second where a container shows its own uptime',
    { '/proc/stat': `btime ${bootedAt / 1000}`, '/proc/uptime': '3.00 1' },
    bootedAt,
  ],
  ['the second alone', { '/proc/stat': `btime ${bootedAt / 1000}` }, bootedAt],
  ['the fine clock alone', { '/proc/uptime': '10.0 1' }, now - 10_000],
  ['now where nothing is known', { '/proc/stat': '\u0000', '/proc/uptime': 'x' }, now],
])('the machine’s start is %s', async (_title, files, time) => {
  expect(await bootTime(fakeHost({ now, files }))).toBe(time)
})

const service = async (files: Record<string, string>, processes: Record<number, Process> = {}) => {
  const host = hostWith(processes, files)
  return observeService(host, 'crio', await listProcesses(host))
}
const note = (state: string) => ({ [`/run/openrc/${state}/crio`]: '' })
const starter: Process = {
  argv: ['/bin/sh', '/usr/libexec/rc/sh/openrc-run.sh', '/etc/init.d/crio', 'start'],
}

test.each<[string, Record<string, string>, Record<number, Process>, string]>([
  ['nothing noted is stopped', {}, {}, 'stopped'],
  ['a started one', note('started'), {}, 'started'],
  ['a failed one', note('failed'), {}, 'failed'],
  ['one that is being started', note('starting'), { 4: starter }, 'changing'],
  [
    'one that is being stopped, and still noted as started',
    { ...note('started'), ...note('stopping') },
    { 4: starter },
    'changing',
  ],
  ['one whose start was killed', note('starting'), {}, 'failed'],
  [
    'one whose start was killed while another is started',
    note('starting'),
    { 4: { argv: ['openrc-run', '/etc/init.d/kubelet', 'start'] } },
    'failed',
  ],
])('of a service: %s', async (_title, files, processes, noted) => {
  expect(await service(files, processes)).toMatchObject({ noted, isInstalled: false, process: undefined })
})

test('a start that began after the processes were listed is not taken for a killed one', async () => {
  const host = hostWith({ 4: starter }, note('starting'))
  expect(await observeService(host, 'crio', [])).toMatchObject({ noted: 'changing' })
})

test('a service that runs and one that OpenRC does not know are told apart', async () => {
  const state = await service(
    { '/etc/init.d/crio': '#!/sbin/openrc-run' },
    { 3: { argv: ['/usr/bin/crio'] } },
  )
  expect(state).toEqual({
    noted: 'stopped',
    isInstalled: true,
    process: { pid: 3, startedAt: bootedAt + 5000 },
  })
})

test('OpenRC has booted when its level is noted, also as an empty file', async () => {
  const files = { '/run/openrc/softlevel': '', '/etc/runlevels/default/crio': { target: '/etc/init.d/crio' } }
  expect(await observeOpenrc(fakeHost({ files }))).toEqual({ isBooted: true, enabled: ['crio'] })
  expect(await observeOpenrc(fakeHost())).toEqual({ isBooted: false, enabled: [] })
})
