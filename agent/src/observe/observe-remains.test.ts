import { expect, test } from 'vitest'
import { type FakeHostOptions, type FakeProgram, fakeHost } from '../host/fake-host.fixture.ts'
import { defaultSettings } from '../settings/settings.ts'
import { parseChains } from './chains.ts'
import { observeRemains } from './observe-remains.ts'

type FilesOf = NonNullable<FakeHostOptions['files']>
type Programs = NonNullable<FakeHostOptions['programs']>

function look(files: FilesOf = {}, programs: Programs = {}, more: Partial<FakeHostOptions> = {}) {
  return observeRemains(fakeHost({ files, programs, ...more }), defaultSettings)
}

function running(pid: number, parent: number, ...argv: string[]): FilesOf {
  return {
    [`/proc/${pid}/cmdline`]: argv.map((word) => `${word}\0`).join(''),
    [`/proc/${pid}/stat`]: `${pid} (x) S ${parent} ${'0 '.repeat(17)}100 0`,
  }
}

test('of a clean node nothing remains, and nothing is asked of a runtime that does not run', async () => {
  const host = fakeHost({ now: 5 })
  expect(await observeRemains(host, defaultSettings)).toEqual({
    now: 5,
    services: { crio: { isRunning: false, isNoted: false }, kubelet: { isRunning: false, isNoted: false } },
    runtimeAnswers: false,
    pods: [],
    processes: [],
    mounts: [],
    links: [],
    chains: { iptables: [], ip6tables: [] },
    files: [],
  })
  expect(host.runs.map(([program]) => program)).toEqual(['iptables-save', 'ip6tables-save'])
})

const crio: FilesOf = { ...running(10, 1, '/usr/bin/crio'), '/run/crio/crio.sock': { type: 'other' } }

test.each<[string, FakeProgram | object, boolean, readonly string[]]>([
  ['that answers gives its pods', { stdout: 'aa11\nbb22\n' }, true, ['aa11', 'bb22']],
  ['without pods answers too', { stdout: '' }, true, []],
  ['that warns is understood', { stdout: 'WARN[0000] config\naa11\n' }, true, ['aa11']],
  ['that refuses does not answer', { status: 1 }, false, []],
])('a runtime %s', async (_title, crictl, runtimeAnswers, pods) => {
  expect(await look(crio, { crictl })).toMatchObject({
    runtimeAnswers,
    pods,
    services: { crio: { isRunning: true, isNoted: false } },
  })
})

test('a runtime without its program does not answer', async () => {
  expect(await look(crio)).toMatchObject({ runtimeAnswers: false })
})

test('processes of the cluster are those below a conmon and its programs, children first', async () => {
  const remains = await look({
    ...running(1, 0, '/sbin/init'),
    ...running(20, 1, '/usr/bin/conmon', '-c', 'id'),
    ...running(21, 20, '/pause'),
    ...running(22, 20, 'sh', '-c', 'work'),
    ...running(23, 22, 'work'),
    ...running(30, 1, '/usr/bin/conmon', '--exit-command', '/usr/bin/podman'),
    ...running(31, 30, 'nginx'),
    ...running(40, 1, 'node', '/usr/bin/kubelet'),
    ...running(41, 1, 'etcd', '--data-dir=x'),
    ...running(50, 1, '/bin/zsh'),
    ...running(60, 1, 'orphan'),
    '/proc/60/cgroup': '0::/kubepods/besteffort/pod1/crio-2\n',
    '/proc/50/cgroup': '0::/init\n',
    ...{ '/proc/70/cmdline': 'kubelet\0', '/proc/70/stat': `70 (x) Z 1 ${'0 '.repeat(17)}100 0` },
  })
  expect(remains.processes).toEqual([
    { pid: 23, program: 'work' },
    { pid: 21, program: 'pause' },
    { pid: 22, program: 'sh' },
    { pid: 20, program: 'conmon' },
    { pid: 40, program: 'kubelet' },
    { pid: 41, program: 'etcd' },
    { pid: 60, program: 'orphan' },
  ])
})

test('inside a pod of another cluster not everything is the cluster’s', async () => {
  const group = '0::/kubepods/pod1/x\n'
  const remains = await look({
    ...running(60, 1, 'zsh'),
    '/proc/60/cgroup': group,
    '/proc/self/cgroup': group,
  })
  expect(remains.processes).toEqual([])
})

test('processes whose parents go in a circle do not hang it', async () => {
  expect((await look({ ...running(5, 6, 'a'), ...running(6, 5, 'b') })).processes).toEqual([])
})

const uuid = '0f1e2d3c-0000-4000-8000-00000000abcd'
const mount = (point: string) => `30 24 0:26 / ${point} rw - tmpfs tmpfs rw`

test('mounts of pods and containers are found, the deepest first, those of others are not', async () => {
  const own = [
    '/var/lib/containers/storage/overlay',
    '/var/lib/containers/storage/overlay/abc/merged',
    '/run/containers/storage/overlay-containers/abc/userdata/shm',
    '/var/lib/kubelet/pods/x/volumes/kubernetes.io~projected/token',
    '/var/lib/kubelet',
    `/run/netns/${uuid}`,
    '/run/netns/cni-1234-ab',
    `/run/utsns/${uuid}`,
  ]
  const others = [
    '/',
    '/proc',
    '/var/lib/kubelet-plugins',
    '/var/lib/kaweezle',
    '/run/netns',
    '/run/netns/mine',
    '/home/x/run/containers/y',
  ]
  const { mounts } = await look({ '/proc/self/mountinfo': [...others, ...own].map(mount).join('\n') })
  expect([...mounts].sort()).toEqual([...own].sort())
  const depths = mounts.map((point) => point.split('/').length)
  expect(depths).toEqual([...depths].sort((one, other) => other - one))
})

test('a mount point that is mounted over is there twice', async () => {
  const mountinfo = [mount('/var/lib/kubelet'), mount('/var/lib/kubelet')].join('\n')
  expect((await look({ '/proc/self/mountinfo': mountinfo })).mounts).toEqual([
    '/var/lib/kubelet',
    '/var/lib/kubelet',
  ])
})

const link = (name: string, index: number, peer: number) => ({
  [`/sys/class/net/${name}/ifindex`]: `${index}\n`,
  [`/sys/class/net/${name}/iflink`]: `${peer}\n`,
})

test('links of the cluster are found; the way out of a container is none', async () => {
  const files = {
    ...link('lo', 1, 1),
    ...link('eth0', 2, 9),
    ...link('veth0out', 3, 8),
    ...link('cni0', 4, 4),
    ...link('flannel.1', 5, 5),
    ...link('vethab12', 6, 2),
    ...link('vethdummy', 7, 7),
    '/sys/class/net/vethcut': '',
    '/proc/net/route': 'Iface Destination\nveth0out 00000000 0101A8C0 0003 0 0 0 00000000 0 0 0\n',
  }
  expect((await look(files)).links).toEqual(['cni0', 'flannel.1', 'vethab12'])
})

const saved = `# Generated by iptables-save
*nat
:PREROUTING ACCEPT [0:0]
:KUBE-SERVICES - [0:0]
:CNI-0a1b - [0:0]
:FLANNEL-POSTRTG - [0:0]
:DOCKER - [0:0]
-A PREROUTING -m comment --comment ":KUBE-FAKE - " -j KUBE-SERVICES
COMMIT
*filter
:KUBE-SERVICES - [0:0]
:KUBE-FORWARD - [0:0]
COMMIT
`

test('chains of the cluster are found in all tables, each once', async () => {
  const { chains } = await look(
    {},
    { 'iptables-save': { stdout: saved }, 'ip6tables-save': { status: 3, stdout: saved } },
  )
  expect(chains).toEqual({
    iptables: ['KUBE-SERVICES', 'CNI-0a1b', 'FLANNEL-POSTRTG', 'KUBE-FORWARD'],
    ip6tables: [],
  })
})

test.each(['', ':KUBE', '\u0000\u0001', 'KUBE-SERVICES - [0:0]', ':MYKUBE-A - [0:0]'])(
  'of %j no chain is had',
  (text) => {
    expect(parseChains(text)).toEqual([])
  },
)

test('the fixed address is found with interface and prefix', async () => {
  const address = { interface: 'eth0', address: '192.168.99.2', prefix: 24 }
  expect((await look({}, {}, { addresses: [{ ...address, address: '10.0.0.1' }, address] })).address).toEqual(
    address,
  )
})

test('files of namespaces and the runtime are found, those of others are not', async () => {
  const files = {
    [`/run/netns/${uuid}`]: '',
    '/run/netns/mine': '',
    '/run/flannel/subnet.env': '',
    '/run/crio/version': '',
    '/run/other': '',
  }
  expect((await look(files)).files).toEqual([
    `/run/netns/${uuid}`,
    '/run/flannel/subnet.env',
    '/run/crio/version',
  ])
})

test('a service that is noted and does not run is told', async () => {
  const { services } = await look({ '/run/openrc/started/kubelet': '', '/run/openrc/failed/crio': '' })
  expect(services).toEqual({
    kubelet: { isRunning: false, isNoted: true },
    crio: { isRunning: false, isNoted: true },
  })
})
