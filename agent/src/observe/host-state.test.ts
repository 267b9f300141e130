import { describe, expect, test } from 'vitest'
import { fakeHost } from '../host/fake-host.fixture.ts'
import { observeHost } from './host-state.ts'
import { parseMounts } from './mounts.ts'
import { observeNetwork, parseDefaultRoute } from './network.ts'

const root = '27 1 8:1 / / rw,relatime shared:1 - ext4 /dev/root rw'
const privateRoot = '27 1 8:1 / / rw,relatime - ext4 /dev/root rw'
const cgroup2 = '30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate'
const look = (files: Record<string, string | object>) => observeHost(fakeHost({ files }))

test('a host as it is in WSL', async () => {
  const state = await look({
    '/proc/sys/kernel/hostname': 'laptop\n',
    '/proc/sys/kernel/osrelease': '6.6.36-microsoft\n',
    '/lib/modules/6.6.36-microsoft': { type: 'folder' },
    '/etc/machine-id': '3D1219C7C4C5404AAA1F6D2A48ADFDA4\n',
    '/etc/hosts': '127.0.0.1 localhost\n\n::1 ip6\n',
    '/proc/sys/net/ipv4/ip_forward': '0\n',
    '/proc/self/mountinfo': `${root}\n${cgroup2}\n`,
    '/sys/fs/cgroup/cgroup.controllers': 'cpuset cpu memory\n',
    '/sys/fs/cgroup/cgroup.subtree_control': '\n',
    '/sys/fs/cgroup/cgroup.procs': '1\n7\n',
  })
  expect(state).toEqual({
    hostname: 'laptop',
    machineId: '3d1219c7-c4c5-404a-aa1f-6d2a48adfda4',
    hosts: ['127.0.0.1 localhost', '', '::1 ip6'],
    sysctls: { 'net/ipv4/ip_forward': '0' },
    cgroups: { version: 2, controllers: ['cpuset', 'cpu', 'memory'], delegated: [], isOccupied: false },
    rootIsShared: true,
    hasModules: true,
  })
})

test('a host without anything is seen as such', async () => {
  expect(await look({})).toEqual({
    hostname: '',
    hosts: [],
    sysctls: {},
    cgroups: { version: 'none' },
    rootIsShared: false,
    hasModules: false,
  })
})

test.each([
  ['', 'an empty file'],
  ['uninitialized\n', 'a mark'],
  ['0'.repeat(32), 'zeros'],
  ['3d12', 'too few digits'],
  ['\u0000\u0000', 'binary'],
])('a machine id of %j, %s, is none', async (text) =>
  expect((await look({ '/etc/machine-id': text })).machineId).toBeUndefined(),
)

describe('control groups', () => {
  test.each<[string, Record<string, string>, boolean]>([
    [
      'with processes below the true root are occupied',
      { 'cgroup.procs': '5\n', 'cgroup.type': 'domain\n' },
      true,
    ],
    ['without processes are not', { 'cgroup.procs': '', 'cgroup.type': 'domain\n' }, false],
    ['of the true root are not', { 'cgroup.procs': '5\n' }, false],
  ])('%s', async (_title, files, isOccupied) => {
    const placed = Object.fromEntries(
      Object.entries(files).map(([name, text]) => [`/sys/fs/cgroup/${name}`, text]),
    )
    const { cgroups } = await look({ '/proc/self/mountinfo': cgroup2, ...placed })
    expect(cgroups).toMatchObject({ version: 2, isOccupied })
  })

  test('of version 1 are known by their options', async () => {
    const mountinfo = [
      '31 24 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd',
      '32 24 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
      '33 24 0:29 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory',
      '34 24 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw',
    ].join('\n')
    expect((await look({ '/proc/self/mountinfo': mountinfo })).cgroups).toEqual({
      version: 1,
      controllers: ['cpu', 'cpuacct', 'memory'],
    })
  })

  test('hidden by another mount are none', async () => {
    const mountinfo = `${cgroup2}\n40 30 0:40 / /sys/fs/cgroup rw - tmpfs tmpfs rw`
    expect((await look({ '/proc/self/mountinfo': mountinfo })).cgroups).toEqual({ version: 'none' })
  })
})

test('of roots on top of each other the last one decides', async () => {
  expect((await look({ '/proc/self/mountinfo': `${root}\n${privateRoot}` })).rootIsShared).toBe(false)
  expect((await look({ '/proc/self/mountinfo': `${privateRoot}\n${root}` })).rootIsShared).toBe(true)
  expect((await look({ '/proc/self/mountinfo': root.replace('shared:1', 'master:1') })).rootIsShared).toBe(
    false,
  )
})

test('mounts are parsed with blanks in their names; damaged lines are left out', () => {
  const text =
    '1 2 0:1 / /a\\040b\\134 rw shared:1 master:2 - tmpfs tmpfs rw,size=1\n1 2 0:1 / /cut rw\n\n\u0000\n1 2 3 4 5 6 -'
  expect(parseMounts(text)).toEqual([
    { point: '/a b\\', propagation: ['shared:1', 'master:2'], type: 'tmpfs', superOptions: ['rw', 'size=1'] },
  ])
})

const titles = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n'
const route = (name: string, flags = '0003', metric = 0, mask = '00000000', to = '00000000') =>
  `${name}\t${to}\t0101A8C0\t${flags}\t0\t0\t${metric}\t${mask}\t0\t0\t0\n`

test.each<[string, string, string | undefined]>([
  ['one default route', route('eth0', '0001', 0, '00FFFFFF', '0000A8C0') + route('eth1'), 'eth1'],
  [
    'two of them: the one with the lesser metric',
    route('wlan0', '0003', 600) + route('eth0', '0003', 100),
    'eth0',
  ],
  ['one that is down', route('eth0', '0002'), undefined],
  ['one that rejects', route('lo', '0201'), undefined],
  ['half of all addresses', route('tun0', '0003', 0, '00000080'), undefined],
  ['no route', '', undefined],
  ['a cut line', 'eth0\t000000', undefined],
])('of %s the outer interface is had', (_title, lines, name) =>
  expect(parseDefaultRoute(titles + lines)).toBe(name),
)

test('the outer address is the first of the outer interface that is not the cluster’s', async () => {
  const addresses = [
    { interface: 'lo', address: '127.0.0.1', prefix: 8 },
    { interface: 'eth0', address: '192.168.99.2', prefix: 24 },
    { interface: 'eth0', address: 'fe80::1', prefix: 64 },
    { interface: 'eth0', address: '172.20.1.5', prefix: 20 },
  ]
  const files = { '/proc/net/route': titles + route('eth0') }
  const state = await observeNetwork(fakeHost({ files, addresses }), '192.168.99.2')
  expect(state.outer).toEqual({ interface: 'eth0', address: '172.20.1.5' })
  expect(state.addresses).toHaveLength(4)
  expect((await observeNetwork(fakeHost({ addresses }), '192.168.99.2')).outer).toBeUndefined()
  expect((await observeNetwork(fakeHost({ files }), '192.168.99.2')).outer).toBeUndefined()
})
