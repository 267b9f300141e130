import { expect, test } from 'vitest'
import { type FakeHostOptions, fakeHost } from '../host/fake-host.fixture.ts'
import { digestBase } from './base-digest.ts'
import { observeData } from './data.ts'
import { observeImages } from './images.ts'
import { observeKubelet } from './kubelet.ts'
import { observeManifests } from './manifests.ts'
import { installedVersion, observePackages } from './packages.ts'

type FilesOf = NonNullable<FakeHostOptions['files']>

const record = {
  version: 1,
  name: 'kwsl',
  node: 'kwsl',
  advertise: 'fixed',
  address: '192.168.99.2',
  kubernetesVersion: '1.35.0',
  podNetwork: '10.244.0.0/16',
}
const recordPath = '/var/lib/kaweezle/iknite/cluster.json'
const journalPath = '/var/lib/kaweezle/iknite/init.json'

test('what is in the data folder is read', async () => {
  const files = {
    '/etc/kubernetes': { target: '/var/lib/kaweezle/kubernetes' },
    '/var/lib/kaweezle/kubernetes': { type: 'folder' as const },
    '/var/lib/kaweezle/etcd/member/snap/db': 'x',
    [recordPath]: JSON.stringify(record),
    [journalPath]: '{"version":1,"keepsData":true}',
    '/var/lib/kaweezle/iknite/kubeadm.yaml': 'kind: x\n',
  }
  expect(await observeData(fakeHost({ files, freeBytes: 77 }))).toEqual({
    links: { '/etc/kubernetes': 'right' },
    record,
    journal: { version: 1, keepsData: true },
    hasEtcd: true,
    configuration: 'kind: x\n',
    freeBytes: 77,
  })
})

test('an empty disk has nothing', async () => {
  expect(await observeData(fakeHost())).toMatchObject({
    links: { '/etc/kubernetes': 'missing' },
    hasEtcd: false,
  })
})

test.each<[string, FilesOf, string]>([
  ['a folder', { '/etc/kubernetes/pki/ca.crt': 'x' }, 'folder'],
  ['a file', { '/etc/kubernetes': 'x' }, 'other'],
  ['a link to elsewhere', { '/etc/kubernetes': { target: '/mnt' } }, 'other'],
  ['a link to nowhere', { '/etc/kubernetes': { target: '/var/lib/kaweezle/kubernetes' } }, 'missing'],
])('%s in place of the link is told', async (_title, files, state) => {
  expect((await observeData(fakeHost({ files }))).links).toEqual({ '/etc/kubernetes': state })
})

test.each([
  ['empty', ''],
  ['cut', JSON.stringify(record).slice(0, 50)],
  ['binary', '\u0000\u0000\u0000'],
  ['of another version', JSON.stringify({ ...record, version: 2 })],
  ['with a number for an address', JSON.stringify({ ...record, address: 5 })],
  ['with an unknown word', JSON.stringify({ ...record, advertise: 'x' })],
  ['null', 'null'],
  ['a list', '[]'],
])('a record or journal that is %s is unreadable', async (_title, text) => {
  const state = await observeData(fakeHost({ files: { [recordPath]: text, [journalPath]: text } }))
  expect(state).toMatchObject({ record: 'unreadable', journal: 'unreadable' })
})

const database = `C:Q1abc=
P:kubeadm-openrc
V:9.9.9-r9

C:Q1def=
P:kubeadm
V:1.35.2-r0
A:x86_64
T:V:0.0.0 in a text

P:cri-o
V:1.35.0_rc1-r12
`

test('versions of packages are without their release, from where either apk keeps them', async () => {
  for (const path of ['/lib/apk/db/installed', '/usr/lib/apk/db/installed']) {
    expect(await observePackages(fakeHost({ files: { [path]: database } }))).toEqual({
      kubeadm: '1.35.2',
      'cri-o': '1.35.0_rc1',
      kubelet: undefined,
    })
  }
  expect(await observePackages(fakeHost())).toEqual({
    kubeadm: undefined,
    'cri-o': undefined,
    kubelet: undefined,
  })
})

test.each([
  ['P:kubeadm\nV:1.0-r1', '1.0'],
  ['P:kubeadm\n\nP:x\nV:1.0-r1\n', undefined],
  ['P:kubeadm', undefined],
  ['V:1.0-r0\nP:kubeadm\n\n', '1.0'],
  ['P:kubeadm\nV:\n', undefined],
])('of the list %j kubeadm has version %s', (text, version) =>
  expect(installedVersion(text, 'kubeadm')).toBe(version),
)

test.each<[string, string | undefined, readonly string[]]>([
  ['two images, one without a name', '[{"id":"a","names":["r/a:1","r/a:2"]},{"id":"b"}]', ['r/a:1', 'r/a:2']],
  ['no list', undefined, []],
  ['a cut list', '[{"id":"a","na', []],
  ['names that are no list', '[{"names":"x"}]', []],
  ['an object', '{}', []],
])('of %s the names are had', async (_title, text, names) => {
  const files: FilesOf =
    text === undefined ? {} : { '/var/lib/containers/storage/overlay-images/images.json': text }
  expect(await observeImages(fakeHost({ files }))).toEqual(names)
})

const manifest = (name: string, ...command: string[]) => ({
  [`/etc/kubernetes/manifests/${name}.yaml`]: `apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  containers:
  - command: ${JSON.stringify([name, ...command])}
    image: registry.k8s.io/${name}:v1.35.0
  hostNetwork: true
`,
})
const addressOf = async (files: FilesOf, name: 'etcd' | 'kube-apiserver') => {
  const state = (await observeManifests(fakeHost({ files })))[name]
  return state.state === 'present' ? state.address : state.state
}

test('manifests tell their image and what they advertise', async () => {
  const files = {
    ...manifest('kube-apiserver', '--advertise-address=192.168.99.2'),
    ...manifest('kube-scheduler'),
  }
  const states = await observeManifests(fakeHost({ files }))
  expect(states).toEqual({
    etcd: { state: 'missing' },
    'kube-apiserver': {
      state: 'present',
      image: 'registry.k8s.io/kube-apiserver:v1.35.0',
      address: '192.168.99.2',
    },
    'kube-controller-manager': { state: 'missing' },
    'kube-scheduler': { state: 'present', image: 'registry.k8s.io/kube-scheduler:v1.35.0' },
  })
})

test.each<[string, FilesOf, string | undefined]>([
  ['an address', manifest('etcd', '--advertise-client-urls=https://10.0.0.1:2379'), '10.0.0.1'],
  [
    'the first of two',
    manifest('etcd', '--advertise-client-urls=https://10.0.0.1:2379,https://10.0.0.2:2379'),
    '10.0.0.1',
  ],
  ['one of version 6', manifest('etcd', '--advertise-client-urls=https://[FD00::1]:2379'), 'fd00::1'],
  ['none', manifest('etcd'), undefined],
  ['an empty one', manifest('etcd', '--advertise-client-urls='), undefined],
  [
    'no container',
    { '/etc/kubernetes/manifests/etcd.yaml': 'kind: Pod\nspec: {containers: []}' },
    'unreadable',
  ],
  ['a cut file', { '/etc/kubernetes/manifests/etcd.yaml': 'kind: Pod\nspec: {containers: [' }, 'unreadable'],
  ['binary garbage', { '/etc/kubernetes/manifests/etcd.yaml': '\u0000\u0001\ufffd' }, 'unreadable'],
  ['another kind', { '/etc/kubernetes/manifests/etcd.yaml': 'kind: List\n' }, 'unreadable'],
])('etcd with %s advertises that', async (_title, files, address) => {
  expect(await addressOf(files, 'etcd')).toBe(address)
})

const kubelet = '/var/lib/kubelet'
test('the kubelet’s files tell its address and the newest time', async () => {
  const files: FilesOf = {
    [`${kubelet}/config.yaml`]: { text: 'kind: KubeletConfiguration\n', modifiedAt: 10 },
    [`${kubelet}/kubeadm-flags.env`]: {
      text: 'KUBELET_KUBEADM_ARGS="--node-ip=192.168.99.2 --x=y"\n',
      modifiedAt: 30,
    },
    '/etc/kubernetes/kubelet.conf': { text: '', modifiedAt: 20 },
  }
  expect(await observeKubelet(fakeHost({ files }))).toEqual({
    configuration: 'present',
    nodeAddress: '192.168.99.2',
    hasFlags: true,
    modifiedAt: 30,
  })
  expect(await observeKubelet(fakeHost())).toEqual({
    configuration: 'missing',
    hasFlags: false,
    modifiedAt: 0,
  })
})

test.each(['', 'kind: [', '\u0000', 'kind: Pod', '- a'])(
  'the kubelet’s configuration %j is unreadable',
  async (text) => {
    expect(await observeKubelet(fakeHost({ files: { [`${kubelet}/config.yaml`]: text } }))).toMatchObject({
      configuration: 'unreadable',
    })
  },
)

test.each([
  ['KUBELET_KUBEADM_ARGS=""\n', true, undefined],
  ['', false, undefined],
  ['# KUBELET_KUBEADM_ARGS=', false, undefined],
  ['KUBELET_KUBEADM_ARGS="--node-ip=::1"', true, '::1'],
])('of the flags %j it is seen whether they are there', async (text, hasFlags, nodeAddress) => {
  expect(await observeKubelet(fakeHost({ files: { [`${kubelet}/kubeadm-flags.env`]: text } }))).toMatchObject(
    { hasFlags, nodeAddress },
  )
})

const base = { '/base/kustomization.yaml': 'resources: [a.yaml]', '/base/a.yaml': 'a' }
const digest = (files: FilesOf) => digestBase(fakeHost({ files }), '/base')

test('the digest of a base follows names and contents, and nothing else', async () => {
  const known = await digest(base)
  expect(known).toMatch(/^sha256:[0-9a-f]{64}$/)
  expect(
    await digest({
      '/base/a.yaml': { text: 'a', modifiedAt: 5, mode: 0o600 },
      '/base/kustomization.yaml': 'resources: [a.yaml]',
    }),
  ).toBe(known)
  expect(await digest({ ...base, '/base/a.yaml': 'b' })).not.toBe(known)
  expect(await digest({ ...base, '/base/deep/er/b.yaml': '' })).not.toBe(known)
  expect(await digest({ '/base/kustomization.yaml': 'resources: [a.yaml]', '/base/a.yam': 'la' })).not.toBe(
    known,
  )
})

test('a folder without a kustomization has no digest', async () => {
  expect(await digest({ '/base/a.yaml': 'a' })).toBeUndefined()
  expect(await digest({})).toBeUndefined()
})

test('a folder with far too much in it is refused', async () => {
  const many = Object.fromEntries(Array.from({ length: 5001 }, (_, index) => [`/base/many/${index}`, '']))
  await expect(digest({ ...base, ...many })).rejects.toMatchObject({ code: 'FILE_FAILED' })
  await expect(digest({ ...base, [`/base${'/d'.repeat(30)}/x`]: '' })).rejects.toMatchObject({
    code: 'FILE_FAILED',
  })
})

test('a link in a base counts as where it leads, and is not followed', async () => {
  const files = { ...base, '/base/loop': { target: '/base' } }
  expect(await digest(files)).not.toBe(await digest({ ...base, '/base/loop': { target: '/' } }))
})
