import { describe, expect, it } from 'vitest'
import type { FakeHostOptions } from '../host/fake-host.fixture.ts'
import type { ClusterRecord } from '../kubeadm/record.ts'
import type { Action } from '../plan/action.ts'
import { fakeContext } from './act-context.fixture.ts'
import { perform } from './perform.ts'

const record: ClusterRecord = {
  version: 1,
  name: 'kwsl',
  node: 'kwsl',
  advertise: 'fixed',
  address: '192.168.99.2',
  kubernetesVersion: '1.36.1',
  podNetwork: '10.244.0.0/16',
}

const configuration = '/var/lib/kaweezle/iknite/kubeadm.yaml'
const phase = (words: string) => `/usr/bin/kubeadm init phase ${words} --config ${configuration}`
const pki = '/etc/kubernetes/pki'

interface Row {
  readonly action: Action
  readonly files?: FakeHostOptions['files']
  /** What is run. */
  readonly runs?: readonly string[]
  /** The texts of files afterwards; undefined: not there. */
  readonly leaves?: Readonly<Record<string, string | undefined>>
  readonly modes?: Readonly<Record<string, number>>
}

const rows: readonly Row[] = [
  { action: { kind: 'load-module', name: 'br_netfilter' }, runs: ['modprobe br_netfilter'] },
  {
    action: { kind: 'write-sysctl', path: 'net/ipv4/ip_forward', value: '1' },
    files: { '/proc/sys/net/ipv4/ip_forward': '0' },
    leaves: { '/proc/sys/net/ipv4/ip_forward': '1' },
  },
  { action: { kind: 'share-mounts' }, runs: ['mount --make-rshared /'] },
  { action: { kind: 'mount-cgroups' }, runs: ['mount -t cgroup2 none /sys/fs/cgroup'] },
  {
    action: { kind: 'delegate-cgroups', controllers: ['cpu', 'memory'], empties: false },
    files: { '/sys/fs/cgroup/cgroup.subtree_control': '' },
    leaves: { '/sys/fs/cgroup/cgroup.subtree_control': '+cpu +memory', '/sys/fs/cgroup/init': undefined },
  },
  {
    action: { kind: 'set-hostname', name: 'kwsl' },
    files: { '/proc/sys/kernel/hostname': 'box' },
    leaves: { '/proc/sys/kernel/hostname': 'kwsl', '/etc/hostname': 'kwsl\n' },
  },
  {
    action: { kind: 'write-hosts', lines: ['127.0.0.1 localhost', '192.168.99.2 kwsl'] },
    leaves: { '/etc/hosts': '127.0.0.1 localhost\n192.168.99.2 kwsl\n' },
    modes: { '/etc/hosts': 0o644 },
  },
  {
    action: { kind: 'add-address', address: '192.168.99.2', interface: 'eth0' },
    runs: ['ip address add 192.168.99.2/24 dev eth0'],
  },
  {
    action: { kind: 'add-address', address: '192.168.99.2', interface: 'lo' },
    runs: ['ip address add 192.168.99.2/32 dev lo'],
  },
  {
    action: { kind: 'boot-openrc' },
    files: { '/run/openrc/softlevel': 'default' },
    runs: ['/sbin/openrc default'],
  },
  {
    action: { kind: 'zap-service', service: 'crio' },
    files: { '/run/crio.pid': '7', '/run/supervise-crio.pid': '6' },
    runs: ['rc-service -q crio zap'],
    leaves: { '/run/crio.pid': undefined, '/run/supervise-crio.pid': undefined },
  },
  { action: { kind: 'start-service', service: 'crio' }, runs: ['rc-service crio start'] },
  { action: { kind: 'stop-service', service: 'kubelet' }, runs: ['rc-service kubelet stop'] },
  { action: { kind: 'restart-service', service: 'kubelet' }, runs: ['rc-service kubelet restart'] },
  {
    action: { kind: 'write-configuration', text: 'kind: X\n' },
    leaves: { [configuration]: 'kind: X\n' },
    modes: { [configuration]: 0o600 },
  },
  {
    action: { kind: 'init', record, keepsData: true },
    runs: [
      `/usr/bin/kubeadm init --config ${configuration} --ignore-preflight-errors=Swap,DirAvailable--var-lib-kaweezle-etcd,DirAvailable--var-lib-etcd`,
      'sync',
    ],
    leaves: {
      '/var/lib/kaweezle/iknite/cluster.json': `${JSON.stringify(record, undefined, 2)}\n`,
      '/var/lib/kaweezle/iknite/init.json': undefined,
    },
  },
  {
    action: { kind: 'upgrade', record },
    runs: [
      '/usr/bin/kubeadm upgrade apply v1.36.1 --yes --certificate-renewal=false --ignore-preflight-errors=Swap,CreateJob',
    ],
    leaves: { '/var/lib/kaweezle/iknite/cluster.json': `${JSON.stringify(record, undefined, 2)}\n` },
  },
  {
    action: { kind: 'write-record', record },
    files: { '/var/lib/kaweezle/iknite/init.json': '{"version":1,"keepsData":false}' },
    leaves: {
      '/var/lib/kaweezle/iknite/cluster.json': `${JSON.stringify(record, undefined, 2)}\n`,
      '/var/lib/kaweezle/iknite/init.json': undefined,
    },
  },
  {
    action: { kind: 'create-certificate', certificate: 'etcd/server' },
    files: { [`${pki}/etcd/server.crt`]: 'x', [`${pki}/etcd/server.key`]: 'x', [`${pki}/etcd/ca.key`]: 'x' },
    runs: [phase('certs etcd-server')],
    leaves: {
      [`${pki}/etcd/server.crt`]: undefined,
      [`${pki}/etcd/server.key`]: undefined,
      [`${pki}/etcd/ca.key`]: 'x',
    },
  },
  {
    action: { kind: 'renew-certificate', certificate: 'apiserver' },
    files: { [`${pki}/apiserver.crt`]: 'x' },
    runs: [`/usr/bin/kubeadm certs renew apiserver --config ${configuration}`],
    leaves: { [`${pki}/apiserver.crt`]: 'x' },
  },
  {
    action: { kind: 'create-token-keys' },
    files: { [`${pki}/sa.key`]: 'x', [`${pki}/sa.pub`]: 'x' },
    runs: [phase('certs sa')],
    leaves: { [`${pki}/sa.key`]: undefined, [`${pki}/sa.pub`]: undefined },
  },
  {
    action: { kind: 'create-kubeconfig', kubeconfig: 'scheduler' },
    files: { '/etc/kubernetes/scheduler.conf': 'x' },
    runs: [phase('kubeconfig scheduler')],
    leaves: { '/etc/kubernetes/scheduler.conf': undefined },
  },
  {
    action: { kind: 'renew-kubeconfig', kubeconfig: 'admin' },
    runs: [`/usr/bin/kubeadm certs renew admin.conf --config ${configuration}`],
  },
  {
    action: { kind: 'renew-kubeconfig', kubeconfig: 'kubelet' },
    files: { '/etc/kubernetes/kubelet.conf': 'x' },
    runs: [phase('kubeconfig kubelet')],
    leaves: { '/etc/kubernetes/kubelet.conf': undefined },
  },
  {
    action: { kind: 'point-kubeconfig', kubeconfig: 'admin', server: 'https://b:6443' },
    files: { '/etc/kubernetes/admin.conf': 'clusters:\n- cluster:\n    server: https://a:6443\n  name: k\n' },
    leaves: {
      '/etc/kubernetes/admin.conf': 'clusters:\n- cluster:\n    server: https://b:6443\n  name: k\n',
    },
    modes: { '/etc/kubernetes/admin.conf': 0o600 },
  },
  { action: { kind: 'write-manifest', component: 'etcd' }, runs: [phase('etcd local')] },
  {
    action: { kind: 'write-manifest', component: 'kube-apiserver' },
    runs: [phase('control-plane apiserver')],
  },
  {
    action: { kind: 'write-node-address', address: '10.0.0.2' },
    files: { '/var/lib/kubelet/kubeadm-flags.env': 'KUBELET_KUBEADM_ARGS="--node-ip=10.0.0.1 --v=2"\n' },
    leaves: { '/var/lib/kubelet/kubeadm-flags.env': 'KUBELET_KUBEADM_ARGS="--v=2 --node-ip=10.0.0.2"\n' },
  },
  { action: { kind: 'configure-kubelet' }, runs: [phase('kubelet-start')] },
  { action: { kind: 'upload-configuration' }, runs: [phase('upload-config all')] },
]

describe('each action, done once and done twice', () => {
  for (const { action, files = {}, runs = [], leaves = {}, modes = {} } of rows) {
    it(`${JSON.stringify(action).slice(0, 110)} runs and leaves what it should`, async () => {
      const context = fakeContext({ files })
      for (const times of [1, 2]) {
        await perform(action, context)
        expect(context.runs()).toEqual(Array.from({ length: times }, () => runs).flat())
        for (const [path, text] of Object.entries(leaves))
          expect(context.host.entries.get(path)?.text, path).toBe(text)
        for (const [path, mode] of Object.entries(modes))
          expect(context.host.entries.get(path)?.mode, path).toBe(mode)
      }
    })
  }
})

describe('actions on services', () => {
  it('put a service into the default runlevel once', async () => {
    const context = fakeContext()
    for (const _time of [1, 2]) await perform({ kind: 'enable-service', service: 'crio' }, context)
    expect(context.host.entries.get('/etc/runlevels/default/crio')?.target).toBe('/etc/init.d/crio')
  })

  it('take a service that fails in the default runlevel for a warning, and an OpenRC that did not start for a failure', async () => {
    const programs = { openrc: { status: 1 } }
    const started = fakeContext({ programs, files: { '/run/openrc/softlevel': 'default' } })
    await perform({ kind: 'boot-openrc' }, started)
    expect(started.log.join('\n')).toContain('WARN')
    await expect(perform({ kind: 'boot-openrc' }, fakeContext({ programs }))).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
    })
  })

  it('show the end of the log of a service that does not start', async () => {
    const context = fakeContext({
      programs: { 'rc-service': { status: 1, stderr: ' * ERROR: crio failed to start\n' } },
      files: { '/var/log/crio/crio.log': 'one\nstorage is corrupt\n' },
    })
    const error = await perform({ kind: 'start-service', service: 'crio' }, context).catch((thrown) => thrown)
    expect(error).toMatchObject({ code: 'COMMAND_FAILED', hint: 'Look at /var/log/crio/crio.log.' })
    expect(error.details.at(-1)).toBe('/var/log/crio/crio.log: storage is corrupt')
  })
})

describe('actions on the host', () => {
  it('call a host unfit whose kernel lacks a module', async () => {
    const context = fakeContext({
      programs: { modprobe: { status: 1, stderr: 'modprobe: module x not found\n' } },
    })
    await expect(perform({ kind: 'load-module', name: 'x' }, context)).rejects.toMatchObject({
      code: 'HOST_UNFIT',
      details: ['modprobe: module x not found'],
    })
  })

  it('take an address that is there already for added, and no other failure', async () => {
    const action = { kind: 'add-address', address: '192.168.99.2', interface: 'eth0' } as const
    const answer = (stderr: string) => fakeContext({ programs: { ip: { status: 2, stderr } } })
    await perform(action, answer('RTNETLINK answers: File exists\n'))
    await expect(perform(action, answer('Cannot find device "eth0"\n'))).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
    })
  })

  it('write a machine id of 32 hexadecimal digits', async () => {
    const context = fakeContext()
    await perform({ kind: 'write-machine-id' }, context)
    const entry = context.host.entries.get('/etc/machine-id')
    expect(entry?.text).toMatch(/^[0-9a-f]{32}\n$/)
    expect(entry?.mode).toBe(0o444)
  })

  it('write in place what is mounted there, with nothing left of what was longer', async () => {
    const context = fakeContext({ files: { '/etc/hosts': '127.0.0.1 localhost\n10.0.0.1 a-long-name\n' } })
    const busy = Object.assign(new Error('busy'), { code: 'EBUSY' })
    const { AgentError } = await import('../errors.ts')
    context.host.files.write = async () => {
      throw new AgentError('FILE_FAILED', 'cannot write /etc/hosts', { cause: busy })
    }
    await perform({ kind: 'write-hosts', lines: ['127.0.0.1 localhost'] }, context)
    const text = context.host.entries.get('/etc/hosts')?.text ?? ''
    expect(text.trimEnd()).toBe('127.0.0.1 localhost')
    expect(text.length).toBe('127.0.0.1 localhost\n10.0.0.1 a-long-name\n'.length)
  })

  it('move processes out of the way until none is left, and survive those that vanish', async () => {
    const root = '/sys/fs/cgroup'
    const context = fakeContext({
      files: {
        [`${root}/cgroup.procs`]: '1\n2\n',
        [`${root}/init/cgroup.procs`]: '',
        [`${root}/cgroup.subtree_control`]: '',
      },
    })
    const { files } = context.host
    const { AgentError } = await import('../errors.ts')
    const moved: string[] = []
    const poke = files.poke
    files.poke = async (path, text) => {
      if (!path.endsWith('cgroup.procs')) return poke(path, text)
      moved.push(text)
      const cause = Object.assign(new Error('gone'), { code: 'ESRCH' })
      if (text === '2') throw new AgentError('FILE_FAILED', 'cannot write', { cause })
      await poke(`${root}/cgroup.procs`, moved.length < 3 ? '3\n' : '')
    }
    await perform({ kind: 'delegate-cgroups', controllers: ['cpu'], empties: true }, context)
    expect(moved).toEqual(['1', '2', '3'])
    expect(context.host.entries.get(`${root}/cgroup.subtree_control`)?.text).toBe('+cpu')
  })

  it('give up on processes that keep coming', async () => {
    const root = '/sys/fs/cgroup'
    const files = { [`${root}/cgroup.procs`]: '1\n', [`${root}/init/cgroup.procs`]: '' }
    await expect(
      perform({ kind: 'delegate-cgroups', controllers: ['cpu'], empties: true }, fakeContext({ files })),
    ).rejects.toMatchObject({ code: 'HOST_UNFIT' })
  })
})

describe('init', () => {
  const init = { kind: 'init', record, keepsData: false } as const
  const journal = '/var/lib/kaweezle/iknite/init.json'

  it('leaves its journal, and no record, when kubeadm fails', async () => {
    const output =
      '[preflight] Running pre-flight checks\n\t[ERROR Port-6443]: Port 6443 is in use\nerror execution phase preflight: x\n'
    const context = fakeContext({ programs: { kubeadm: { status: 1, stderr: output } } })
    await expect(perform(init, context)).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: 'kubeadm init failed with status 1',
      details: [
        '[ERROR Port-6443]: Port 6443 is in use',
        'error execution phase preflight: x',
        '[preflight] Running pre-flight checks',
      ],
    })
    expect(context.host.entries.get(journal)?.text).toBe('{"version":1,"keepsData":false}\n')
    expect(context.host.entries.has('/var/lib/kaweezle/iknite/cluster.json')).toBe(false)
  })

  it('says so when kubeadm is killed', async () => {
    const context = fakeContext({ programs: { kubeadm: { status: 137 } } })
    await expect(perform(init, context)).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      message: 'kubeadm init was killed (SIGKILL)',
    })
    expect(context.host.entries.has(journal)).toBe(true)
  })

  it('has its journal, and no record, until what kubeadm made is on the disk', async () => {
    const context = fakeContext({ programs: { sync: { status: 1 } } })
    await expect(perform(init, context)).rejects.toMatchObject({ code: 'COMMAND_FAILED' })
    expect(context.host.entries.has(journal)).toBe(true)
    expect(context.host.entries.has('/var/lib/kaweezle/iknite/cluster.json')).toBe(false)
  })

  it('is disk full when kubeadm says so', async () => {
    const stderr = 'error execution phase certs: write /etc/kubernetes/pki/ca.key: no space left on device\n'
    const context = fakeContext({ programs: { kubeadm: { status: 1, stderr } } })
    await expect(perform(init, context)).rejects.toMatchObject({ code: 'DISK_FULL' })
  })

  it('shows the phases of kubeadm, and the rest of its output to those who debug', async () => {
    const context = fakeContext({ programs: { kubeadm: { stdout: '[certs] Generating "ca"\nAlongside\n' } } })
    await perform(init, context)
    expect(context.log).toContain('INFO[0000] [certs] Generating "ca"')
    expect(context.log).toContain('DEBU[0000] Alongside')
    expect(context.log[0]).toMatch(/^INFO\[0000\] Running \/usr\/bin\/kubeadm init --config /)
  })

  it('ignores that manifests are there which an earlier run has left', async () => {
    const context = fakeContext({ files: { '/etc/kubernetes/manifests/etcd.yaml': '' } })
    await perform(init, context)
    expect(context.runs()[0]).toContain(
      ',FileAvailable--etc-kubernetes-manifests-etcd.yaml,Port-2379,Port-2380,Port-10250',
    )
  })

  it('is timed out when the deadline of the run ends kubeadm', async () => {
    const { AgentError } = await import('../errors.ts')
    const context = fakeContext({
      left: 20,
      programs: {
        kubeadm: (_argv, { timeLimit }) => {
          expect(timeLimit).toBe(20_000)
          context.host.pass(timeLimit)
          throw new AgentError('COMMAND_FAILED', 'kubeadm did not end', { details: ['waiting'] })
        },
      },
    })
    await expect(perform(init, context)).rejects.toMatchObject({
      code: 'TIMED_OUT',
      exitStatus: 5,
      details: ['waiting'],
    })
  })
})
