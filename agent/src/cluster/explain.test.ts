import { afterEach, expect, test } from 'vitest'
import { apiClient } from './api-client.ts'
import { type Reply, type TestServer, testServer } from './api-server.fixture.ts'
import { explainWorkloads } from './explain.ts'
import { admin, authority } from './kubeconfig.fixture.ts'

let server: TestServer | undefined
afterEach(() => server?.close())

const nothing = { items: [] }
const workload = (name: string, status: object = {}, labels: Record<string, string> = { app: name }) => ({
  metadata: { name, namespace: 'kube-system', uid: `uid-${name}`, generation: 1 },
  spec: { replicas: 1, selector: { matchLabels: labels } },
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, ...status },
})
const pod = (name: string, app: string, status: object, more: object = {}) => ({
  metadata: { name, labels: { app, hash: 'x' }, ...more },
  status: { phase: 'Pending', ...status },
})
const event = (name: string, reason: string, minute: number, more: object = {}) => ({
  involvedObject: { kind: 'Pod', name },
  reason,
  message: `${reason} of\n${name}`,
  lastTimestamp: `2026-01-01T00:0${minute}:00Z`,
  ...more,
})

async function explain(objects: {
  deployments: unknown[]
  jobs?: unknown[]
  pods?: unknown[]
  events?: unknown[]
}): Promise<readonly string[]> {
  const replies: Record<string, Reply> = {
    '/apis/apps/v1/deployments': { items: objects.deployments },
    '/apis/apps/v1/daemonsets': nothing,
    '/apis/apps/v1/statefulsets': nothing,
    '/apis/batch/v1/jobs': { items: objects.jobs ?? [] },
    '/api/v1/namespaces/kube-system/pods': { items: objects.pods ?? [] },
    '/api/v1/namespaces/kube-system/events': { items: objects.events ?? [] },
  }
  server = await testServer(replies)
  const credentials = {
    server: server.server,
    authority: authority.certificate,
    certificate: admin.certificate,
    key: admin.key,
  }
  const client = apiClient(credentials, { signal: new AbortController().signal })
  try {
    return await explainWorkloads(client)
  } finally {
    client.close()
  }
}

test('where all is ready nothing is said, and no pod is asked for', async () => {
  const ready = workload('coredns', { readyReplicas: 1, availableReplicas: 1 })
  expect(await explain({ deployments: [ready] })).toEqual([])
  expect(server?.seen.filter(({ url }) => url.includes('/pods'))).toEqual([])
})

test('an image that cannot be pulled is named, with the registry’s words', async () => {
  const waiting = { reason: 'ErrImagePull', message: 'manifest unknown' }
  const containerStatuses = [{ name: 'coredns', image: 'x/coredns:v1', state: { waiting } }]
  const lines = await explain({
    deployments: [workload('coredns')],
    pods: [pod('coredns-1', 'coredns', { containerStatuses }), pod('other-1', 'other', {})],
  })
  expect(lines).toEqual([
    'kube-system/deployment/coredns: 0 of 1 replicas available; pod coredns-1: image "x/coredns:v1" cannot be pulled (ErrImagePull: manifest unknown)',
  ])
})

test.each<[string, object, string]>([
  [
    'no node takes',
    {
      conditions: [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'Unschedulable',
          message: '0/1 nodes are available',
        },
      ],
    },
    'no node takes it (Unschedulable: 0/1 nodes are available)',
  ],
  [
    'ends again and again',
    {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'c',
          restartCount: 3,
          state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } },
        },
      ],
    },
    'container c waits (CrashLoopBackOff: back-off)',
  ],
  [
    'has ended',
    {
      phase: 'Running',
      containerStatuses: [
        { name: 'c', restartCount: 2, state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } },
      ],
    },
    'container c ended with 137 (OOMKilled), started again 2 times',
  ],
  [
    'waits for its first container',
    {
      initContainerStatuses: [{ name: 'i', image: 'y', state: { waiting: { reason: 'ImagePullBackOff' } } }],
      containerStatuses: [{ name: 'c', state: { waiting: { reason: 'PodInitializing' } } }],
    },
    'image "y" cannot be pulled (ImagePullBackOff)',
  ],
  ['was evicted', { phase: 'Failed', reason: 'Evicted', message: 'disk' }, 'it failed (Evicted: disk)'],
  ['has no status', {}, 'it is pending'],
  [
    'is not ready',
    {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'False', message: 'containers with unready status: [c]' }],
    },
    'containers with unready status: [c]',
  ],
])('of a pod that %s it is said why', async (_title, status, words) => {
  const lines = await explain({ deployments: [workload('a')], pods: [pod('a-1', 'a', status)] })
  expect(lines).toEqual([`kube-system/deployment/a: 0 of 1 replicas available; pod a-1: ${words}`])
})

test('the newest three warnings are told, each once and in one line', async () => {
  const events = [
    event('a-1', 'Old', 1),
    event('a-1', 'Second', 3),
    event('a-1', 'Third', 2),
    event('a-1', 'Newest', 4),
    event('a-1', 'Newest', 5),
    event('b-1', 'Foreign', 6),
    event('a-77', 'Quota', 7, { involvedObject: { kind: 'ReplicaSet', name: 'a-5d4f' } }),
  ]
  const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
  const [line] = await explain({ deployments: [workload('a')], pods: [pod('a-1', 'a', ready)], events })
  expect(line).toBe(
    'kube-system/deployment/a: 0 of 1 replicas available; event Quota: Quota of a-77; event Newest: Newest of a-1; event Second: Second of a-1',
  )
  expect(server?.seen.find(({ url }) => url.includes('/events'))?.url).toContain(
    'fieldSelector=type%3DWarning',
  )
})

test('of many pods a few are told', async () => {
  const pods = Array.from({ length: 9 }, (_, index) => pod(`a-${index}`, 'a', {}))
  const [line] = await explain({ deployments: [workload('a')], pods })
  expect(line).toContain('; 6 more pods lack something')
})

test('a workload without a selector claims no pods but its own', async () => {
  const job = { metadata: { name: 'j', namespace: 'kube-system', uid: 'uid-j' }, status: {} }
  const own = pod('j-1', 'j', {}, { ownerReferences: [{ uid: 'uid-j' }] })
  const lines = await explain({ deployments: [], jobs: [job], pods: [own, pod('x-1', 'x', {})] })
  expect(lines).toEqual(['kube-system/job/j: it has not started; pod j-1: it is pending'])
})
