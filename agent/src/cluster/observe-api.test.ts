import { afterEach, describe, expect, test } from 'vitest'
import { fakeHost } from '../host/fake-host.fixture.ts'
import type { ApiState } from '../plan/snapshot.ts'
import { type Reply, sendStatus, type TestServer, testServer } from './api-server.fixture.ts'
import { kubeconfigText, stranger } from './kubeconfig.fixture.ts'
import { observeApi } from './observe-api.ts'
import { configuredVersion, publishedServer } from './published.ts'
import { failedChecks } from './ready-checks.ts'

let server: TestServer | undefined
afterEach(() => server?.close())

const text =
  (status: number, body: string): Reply =>
  (_: unknown, response: { statusCode: number; end(text: string): void }) => {
    response.statusCode = status
    response.end(body)
  }
const refused =
  (status: number): Reply =>
  (_: unknown, response: never) =>
    sendStatus(response, status, 'Refused', 'no')
const map = (data: Record<string, string>) => ({ kind: 'ConfigMap', data })
const maps = '/api/v1/namespaces/kube-system/configmaps'
const configuration =
  'apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nkubernetesVersion: v1.35.1\n'
const kubeProxy = {
  metadata: { name: 'kube-proxy', namespace: 'kube-system', generation: 1 },
  status: { observedGeneration: 1, desiredNumberScheduled: 1 },
}

const complete: Record<string, Reply> = {
  '/readyz': text(200, '[+]ping ok\nreadyz check passed\n'),
  '/version': { major: '1', gitVersion: 'v1.35.2' },
  '/api/v1/nodes/kwsl': {
    status: {
      conditions: [
        { type: 'MemoryPressure', status: 'False' },
        { type: 'Ready', status: 'True', message: 'kubelet is posting ready status' },
      ],
      addresses: [
        { type: 'InternalIP', address: '192.168.99.2' },
        { type: 'Hostname', address: 'kwsl' },
      ],
    },
  },
  [`${maps}/iknite-config`]: map({ appliedBase: 'sha256:abc' }),
  [`${maps}/kubeadm-config`]: map({ ClusterConfiguration: configuration }),
  [`${maps}/kube-proxy`]: map({
    'kubeconfig.conf': 'clusters:\n- cluster:\n    server: https://10.0.0.1:6443\n  name: default\n',
  }),
  '/api/v1/namespaces/kube-public/configmaps/cluster-info': map({
    kubeconfig: 'clusters:\n- cluster:\n    server: https://10.0.0.2:6443\n',
  }),
  '/apis/apps/v1/deployments': { items: [] },
  '/apis/apps/v1/daemonsets': { items: [kubeProxy] },
  '/apis/apps/v1/statefulsets': { items: [] },
  '/apis/batch/v1/jobs': { items: [] },
}

async function look(replies: Record<string, Reply>, node: string | undefined = 'kwsl'): Promise<ApiState> {
  server = await testServer(replies)
  const files = { '/etc/kubernetes/admin.conf': kubeconfigText({ server: server.server }) }
  return observeApi(fakeHost({ files }), { isRunning: true, node })
}

test('a ready cluster is seen as a whole', async () => {
  expect(await look(complete)).toEqual({
    state: 'ready',
    version: '1.35.2',
    node: { isReady: true, reason: '', addresses: ['192.168.99.2'] },
    appliedBase: 'sha256:abc',
    configuredVersion: '1.35.1',
    proxyServer: 'https://10.0.0.1:6443',
    publishedServer: 'https://10.0.0.2:6443',
    workloads: [
      { name: 'kube-system/daemonset/kube-proxy', isReady: false, reason: '0 of 1 pods scheduled' },
    ],
  })
})

test('what a new cluster does not have yet is undefined', async () => {
  const bare = Object.fromEntries(Object.entries(complete).filter(([path]) => !/configmaps|nodes/.test(path)))
  expect(await look({ ...bare, '/apis/apps/v1/daemonsets': { items: [] } })).toEqual({
    state: 'ready',
    version: '1.35.2',
    workloads: [],
  })
})

test('without a name no node is asked for', async () => {
  server = await testServer(complete)
  const files = { '/etc/kubernetes/admin.conf': kubeconfigText({ server: server.server }) }
  expect(await observeApi(fakeHost({ files }), { isRunning: true, node: undefined })).toMatchObject({
    state: 'ready',
  })
  expect(server.seen.filter(({ url }) => url.includes('/nodes'))).toEqual([])
})

test('ConfigMaps with other content than ours are no failure', async () => {
  const state = await look({
    ...complete,
    [`${maps}/iknite-config`]: { kind: 'ConfigMap' },
    [`${maps}/kubeadm-config`]: map({ ClusterConfiguration: '\u0000: [' }),
    [`${maps}/kube-proxy`]: map({ 'kubeconfig.conf': '- no' }),
  })
  expect(state).toMatchObject({ state: 'ready', configuredVersion: undefined, proxyServer: '' })
})

test('a node that is not ready says why', async () => {
  const conditions = [{ type: 'Ready', status: 'False', message: 'container runtime network not ready' }]
  expect(await look({ ...complete, '/api/v1/nodes/kwsl': { status: { conditions } } })).toMatchObject({
    node: { isReady: false, reason: 'container runtime network not ready' },
  })
  await server?.close()
  expect(await look({ ...complete, '/api/v1/nodes/kwsl': {} })).toMatchObject({
    node: { isReady: false, reason: 'the kubelet has not reported yet' },
  })
})

test.each<[string, Record<string, Reply>, ApiState['state'], string]>([
  [
    'a check that failed',
    { '/readyz': text(500, '[+]ping ok\n[-]etcd failed: reason withheld\n') },
    'starting',
    'its /readyz says 500: not ready: etcd',
  ],
  ['a refused /readyz', { '/readyz': refused(401) }, 'starting', 'its /readyz says 401'],
  [
    'a failing list',
    { '/apis/apps/v1/deployments': refused(503) },
    'starting',
    '/apis/apps/v1/deployments: no (503)',
  ],
  ['a version that is none', { '/version': { major: 1 } }, 'starting', '/version cannot be understood'],
])('%s is a state, not a failure', async (_title, replies, state, reason) => {
  expect(await look({ ...complete, ...replies })).toEqual({ state, reason: expect.stringContaining(reason) })
})

describe('nobody is asked', () => {
  const at = (address: string) => ({
    '/etc/kubernetes/admin.conf': kubeconfigText({ server: `https://${address}:6443` }),
  })
  test.each<[string, Record<string, string>, boolean, string]>([
    ['where kube-apiserver does not run', at('127.0.0.1'), false, 'kube-apiserver does not run'],
    ['where no interface has the address', at('192.168.99.2'), true, 'no interface has 192.168.99.2'],
    ['where no interface has the address of version 6', at('[fd00::2]'), true, 'no interface has fd00::2'],
    ['without an admin.conf', {}, true, 'it is not there'],
    [
      'with a damaged admin.conf',
      { '/etc/kubernetes/admin.conf': '\u0000\u0001' },
      true,
      'not a usable kubeconfig',
    ],
  ])('%s', async (_title, files, isRunning, reason) => {
    const state = await observeApi(fakeHost({ files }), { isRunning, node: 'kwsl' })
    expect(state).toEqual({ state: 'down', reason: expect.stringContaining(reason) })
  })
})

test('an authority that is not the server’s is down, and says so', async () => {
  server = await testServer(complete)
  const files = {
    '/etc/kubernetes/admin.conf': kubeconfigText({ server: server.server, authority: stranger }),
  }
  expect(await observeApi(fakeHost({ files }), { isRunning: true, node: 'kwsl' })).toMatchObject({
    state: 'down',
  })
})

test('the signal of the run is no state', async () => {
  const controller = new AbortController()
  server = await testServer({ ...complete, '/readyz': () => controller.abort() })
  const files = { '/etc/kubernetes/admin.conf': kubeconfigText({ server: server.server }) }
  const looking = observeApi(fakeHost({ files, signal: controller.signal }), {
    isRunning: true,
    node: 'kwsl',
  })
  await expect(looking).rejects.toMatchObject({ code: 'INTERRUPTED' })
})

test.each([
  ['', 'no failed check is named'],
  [
    '[-]etcd failed\n[-]poststarthook/rbac/bootstrap-roles failed: x',
    'not ready: etcd, poststarthook/rbac/bootstrap-roles',
  ],
  [
    Array.from({ length: 7 }, (_, index) => `[-]c${index} failed`).join('\n'),
    'c0, c1, c2, c3, c4 and 2 more are not ready',
  ],
  ['<html>[-]x', 'no failed check is named'],
])('of the checks %j it is said: %s', (body, words) => expect(failedChecks(body)).toBe(words))

test.each(['', '[]', 'clusters: []', 'clusters: [{cluster: {}}]', '{', '&a [*a]'])(
  'a published kubeconfig %j equals no server',
  (body) => {
    expect(publishedServer(body)).toBe('')
    expect(configuredVersion(body)).toBeUndefined()
  },
)
