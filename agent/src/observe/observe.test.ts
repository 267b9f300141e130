import { afterEach, expect, test } from 'vitest'
import { issue } from '../../test/doubles/x509.ts'
import { type TestServer, testServer } from '../cluster/api-server.fixture.ts'
import { apiserver, authority, kubeconfigText } from '../cluster/kubeconfig.fixture.ts'
import { fakeHost } from '../host/fake-host.fixture.ts'
import { defaultSettings } from '../settings/settings.ts'
import { observe } from './observe.ts'

let server: TestServer | undefined
afterEach(() => server?.close())

const process = (pid: number, ...argv: string[]) => ({
  [`/proc/${pid}/cmdline`]: argv.map((word) => `${word}\0`).join(''),
  [`/proc/${pid}/stat`]: `${pid} (x) S 1 ${'0 '.repeat(17)}100 0`,
})

test('a machine without anything is a snapshot too', async () => {
  const snapshot = await observe(fakeHost(), defaultSettings)
  expect(snapshot).toMatchObject({
    openrc: { isBooted: false, enabled: [] },
    images: [],
    data: { hasEtcd: false },
    serviceAccountKeys: 'missing',
    runtime: { state: 'down' },
    api: { state: 'down', reason: 'kube-apiserver does not run' },
    rootKubeconfig: { state: 'missing' },
  })
  expect(Object.keys(snapshot).sort()).toEqual(
    [
      ...[
        'api',
        'authorities',
        'baseDigest',
        'certificates',
        'components',
        'data',
        'host',
        'images',
        'kubeconfigs',
        'kubelet',
      ],
      ...[
        'manifests',
        'network',
        'now',
        'openrc',
        'packages',
        'rootKubeconfig',
        'runtime',
        'serviceAccountKeys',
        'services',
      ],
    ].sort(),
  )
})

test('a cluster that runs is seen as a whole, and crictl is the only program that is run', async () => {
  const items = { items: [] }
  server = await testServer({
    '/readyz': 'ok',
    '/version': { gitVersion: 'v1.35.0' },
    '/api/v1/nodes/kwsl': { status: { conditions: [{ type: 'Ready', status: 'True' }] } },
    '/apis/apps/v1/deployments': items,
    '/apis/apps/v1/daemonsets': items,
    '/apis/apps/v1/statefulsets': items,
    '/apis/batch/v1/jobs': items,
  })
  const record = {
    version: 1,
    name: 'kwsl',
    node: 'kwsl',
    advertise: 'fixed',
    address: '127.0.0.1',
    kubernetesVersion: '1.35.0',
    podNetwork: '10.244.0.0/16',
  }
  const kubeconfig = kubeconfigText({ server: server.server })
  const conditions = ['RuntimeReady', 'NetworkReady'].map((type) => ({ type, status: true }))
  const host = fakeHost({
    files: {
      '/proc/stat': 'btime 1\n',
      ...process(5, '/usr/bin/crio'),
      ...process(6, 'kube-apiserver', '--advertise-address=127.0.0.1'),
      '/run/crio/crio.sock': { type: 'other' },
      '/etc/kubernetes': { target: '/var/lib/kaweezle/kubernetes' },
      '/var/lib/kaweezle/kubernetes/pki/ca.crt': authority.certificate,
      '/var/lib/kaweezle/kubernetes/pki/ca.key': authority.key,
      '/var/lib/kaweezle/kubernetes/pki/apiserver.crt': apiserver.certificate,
      '/var/lib/kaweezle/kubernetes/pki/apiserver.key': apiserver.key,
      '/var/lib/kaweezle/kubernetes/admin.conf': kubeconfig,
      '/var/lib/kaweezle/iknite/cluster.json': JSON.stringify(record),
      '/root/.kube/config': { text: kubeconfig, mode: 0o600 },
      '/etc/iknite.d/kustomization.yaml': '',
    },
    programs: { crictl: { stdout: JSON.stringify({ status: { conditions } }) } },
  })
  const snapshot = await observe(host, defaultSettings)
  expect(snapshot).toMatchObject({
    data: { links: { '/etc/kubernetes': 'right' }, record },
    components: { 'kube-apiserver': { pid: 6 } },
    services: { crio: { process: { pid: 5 } } },
    authorities: { ca: { state: 'present', hasKey: true } },
    certificates: { apiserver: { state: 'present', isSound: true } },
    kubeconfigs: { admin: { state: 'present', isSound: true } },
    rootKubeconfig: { state: 'present', isCurrent: true },
    runtime: { state: 'ready' },
    api: { state: 'ready', version: '1.35.0', node: { isReady: true } },
    baseDigest: expect.stringMatching(/^sha256:/),
  })
  expect(host.runs).toEqual([['crictl', 'info']])
  // The same again is the same, but for the time.
  expect(await observe(host, defaultSettings)).toEqual(snapshot)
})

test('damage everywhere is a snapshot of damage', async () => {
  const garbage = '\u0000\ufffd: [{"'
  const paths = [
    ...[
      '/etc/machine-id',
      '/etc/hosts',
      '/proc/self/mountinfo',
      '/proc/net/route',
      '/proc/stat',
      '/proc/uptime',
    ],
    ...[
      '/lib/apk/db/installed',
      '/var/lib/containers/storage/overlay-images/images.json',
      '/root/.kube/config',
    ],
    ...[
      '/var/lib/kaweezle/iknite/cluster.json',
      '/var/lib/kaweezle/iknite/init.json',
      '/var/lib/kubelet/config.yaml',
      '/etc/kaweezle-machine',
    ],
    ...[
      '/var/lib/kubelet/kubeadm-flags.env',
      '/proc/6/stat',
      '/run/crio/crio.sock',
      '/etc/iknite.d/kustomization.yaml',
    ],
    ...[
      'admin.conf',
      'kubelet.conf',
      'manifests/etcd.yaml',
      'pki/ca.crt',
      'pki/sa.key',
      'pki/sa.pub',
      'pki/etcd/ca.crt',
    ].map((name) => `/etc/kubernetes/${name}`),
  ]
  const files = Object.fromEntries(paths.map((path) => [path, garbage]))
  const snapshot = await observe(
    fakeHost({ files: { ...files, '/proc/6/cmdline': 'kube-apiserver\0' } }),
    defaultSettings,
  )
  expect(snapshot).toMatchObject({
    data: {
      unmounted: { cluster: undefined },
      record: 'unreadable',
      journal: 'unreadable',
      links: { '/etc/kubernetes': 'folder' },
    },
    authorities: { ca: { state: 'unreadable' }, 'etcd/ca': { state: 'unreadable' } },
    kubeconfigs: { admin: { state: 'unreadable' } },
    manifests: { etcd: { state: 'unreadable' } },
    serviceAccountKeys: 'unreadable',
    kubelet: { configuration: 'unreadable', hasFlags: false },
    rootKubeconfig: { state: 'unreadable' },
  })
})

test('credentials that have ended are told by their end, not refused', async () => {
  const notAfter = new Date('2026-01-01T00:00:00Z')
  const client = issue(authority, {
    commonName: 'kubernetes-admin',
    usages: ['client'],
    notBefore: new Date('2025-01-01T00:00:00Z'),
    notAfter,
  })
  const files = {
    '/etc/kubernetes/admin.conf': kubeconfigText({ client }),
    '/etc/kubernetes/pki/ca.crt': authority.certificate,
  }
  const { kubeconfigs } = await observe(fakeHost({ files }), defaultSettings)
  expect(kubeconfigs.admin).toMatchObject({ state: 'present', isSound: true, notAfter: notAfter.getTime() })
})
