import { describe, expect, it } from 'vitest'
import { fakeContext } from './act-context.fixture.ts'
import { cleanCluster } from './clean-cluster.ts'

const keys = [
  'ca.crt',
  'ca.key',
  'front-proxy-ca.crt',
  'front-proxy-ca.key',
  'sa.key',
  'sa.pub',
  'etcd/ca.crt',
  'etcd/ca.key',
]
const others = [
  'apiserver.crt',
  'apiserver.key',
  'front-proxy-client.crt',
  'apiserver-etcd-client.key',
  'etcd/server.crt',
  'etcd/peer.key',
]

const files = Object.fromEntries(
  [
    ...[...keys, ...others].map((name) => `/etc/kubernetes/pki/${name}`),
    ...['manifests/etcd.yaml', 'manifests/own.yaml', 'admin.conf', 'kubelet.conf'].map(
      (name) => `/etc/kubernetes/${name}`,
    ),
    ...['config.yaml', 'kubeadm-flags.env', 'instance-config.yaml', 'pki/kubelet.key', 'kubeadm.md'].map(
      (name) => `/var/lib/kubelet/${name}`,
    ),
    ...[
      'etcd/member/wal',
      'flannel/subnet.env',
      'iknite/cluster.json',
      'iknite/init.json',
      'local-path/x',
    ].map((name) => `/var/lib/kaweezle/${name}`),
  ].map((path) => [path, 'x']),
)

function left(context: ReturnType<typeof fakeContext>): string[] {
  return [...context.host.entries]
    .filter(([, { type }]) => type === 'file')
    .map(([path]) => path)
    .sort()
}

const stopped = { 'rc-service': ([, , verb]: readonly string[]) => ({ status: verb === 'status' ? 3 : 0 }) }
const booted = { ...files, '/run/openrc/softlevel': 'default' }
const kept = ['/var/lib/kaweezle/local-path/x', '/var/lib/kubelet/kubeadm.md']

describe('cleanCluster', () => {
  it('keeps the data: authorities, token keys and etcd', async () => {
    const context = fakeContext({ files, programs: stopped })
    for (const _time of [1, 2]) {
      await cleanCluster(context, true)
      expect(left(context)).toEqual(
        [
          ...keys.map((name) => `/etc/kubernetes/pki/${name}`),
          '/var/lib/kaweezle/etcd/member/wal',
          '/var/lib/kaweezle/flannel/subnet.env',
          ...kept,
        ].sort(),
      )
    }
  })

  it('keeps nothing of the cluster where there is nothing to keep', async () => {
    const context = fakeContext({ files, programs: stopped })
    await cleanCluster(context, false)
    expect(left(context)).toEqual(kept)
  })

  it('removes the journal last', async () => {
    const context = fakeContext({ files, programs: stopped })
    const removed: string[] = []
    context.host.files.remove = async (path) => void removed.push(path)
    await cleanCluster(context, false)
    expect(removed.at(-1)).toBe('/var/lib/kaweezle/iknite/init.json')
  })

  it('ends what runs before it removes anything', async () => {
    const context = fakeContext({ files: booted })
    await cleanCluster(context, false)
    expect(context.runs()).toEqual([
      'rc-service kubelet status',
      'rc-service kubelet stop',
      'rc-service crio status',
      '/usr/bin/crictl rmp -f -a',
    ])
  })

  it('asks nothing of an OpenRC that has not booted since a power cut: all has ended', async () => {
    const context = fakeContext({ files })
    await cleanCluster(context, false)
    expect(context.runs()).toEqual([])
    expect(left(context)).toEqual(kept)
  })

  it('fails, and removes nothing, while pods cannot be ended', async () => {
    const crictl = (argv: readonly string[]) => (argv[1] === 'rmp' ? { status: 1 } : { stdout: 'abc\n' })
    const context = fakeContext({ files: booted, programs: { crictl } })
    await expect(cleanCluster(context, false)).rejects.toMatchObject({
      code: 'COMMAND_FAILED',
      details: ['abc'],
    })
    expect(left(context)).toHaveLength(Object.keys(booted).length)
  })
})
