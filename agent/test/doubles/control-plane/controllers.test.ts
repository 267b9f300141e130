import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, createClient } from './client.ts'
import { createCluster, type TestCluster } from './cluster.fixture.ts'
import type { KubeObject, Loose } from './objects.ts'

let cluster: TestCluster
let client: Client
const apps = '/apis/apps/v1/namespaces/default'
const pods = '/api/v1/namespaces/default/pods'
const container = { name: 'one', image: 'one:1' }

beforeAll(async () => {
  cluster = await createCluster()
  await cluster.start(['etcd', 'kube-apiserver', 'kube-controller-manager'])
  client = createClient(cluster.kubeconfig)
  await client.create('/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'kwsl' },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  })
})

afterAll(async () => {
  client.close()
  await cluster.remove()
})

function workload(kind: string, name: string, spec: object): KubeObject {
  const labels = { app: name }
  const template = { metadata: { labels }, spec: { containers: [container] } }
  const base = kind === 'Job' ? {} : { selector: { matchLabels: labels } }
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name },
    spec: { ...base, template, ...spec },
  }
}

async function podsOf(app: string): Promise<KubeObject[]> {
  return (await client.list(pods, { labelSelector: `app=${app}` })).items
}

async function setPod(pod: KubeObject, status: object): Promise<void> {
  await client.patch(`${pods}/${pod.metadata.name}/status`, { status })
}

async function reasonOf(path: string, type: string): Promise<string | undefined> {
  const { status } = await client.get(path)
  return status?.conditions?.find((one: Loose) => one.type === type)?.reason
}

const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }

test('a Deployment that gets nowhere says so after its deadline, and takes it back when it does', async () => {
  await client.create(`${apps}/deployments`, workload('Deployment', 'slow', { progressDeadlineSeconds: 1 }))
  await expect
    .poll(() => reasonOf(`${apps}/deployments/slow`, 'Progressing'), { timeout: 8000 })
    .toBe('ProgressDeadlineExceeded')
  for (const pod of await podsOf('slow')) await setPod(pod, ready)
  await expect
    .poll(() => reasonOf(`${apps}/deployments/slow`, 'Progressing'), { timeout: 3000 })
    .toBe('NewReplicaSetAvailable')
  expect(await reasonOf(`${apps}/deployments/slow`, 'Available')).toBe('MinimumReplicasAvailable')
})

test('a StatefulSet waits for one pod before it makes the next', async () => {
  await client.create(
    `${apps}/statefulsets`,
    workload('StatefulSet', 'db', { replicas: 2, serviceName: 'db' }),
  )
  const names = async () => (await podsOf('db')).map(({ metadata }) => metadata.name)
  await expect.poll(names).toEqual(['db-0'])
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(await names()).toEqual(['db-0'])
  for (const pod of await podsOf('db')) await setPod(pod, ready)
  await expect.poll(names).toEqual(['db-0', 'db-1'])
})

test('a Job fails when its pods failed too often', async () => {
  const path = '/apis/batch/v1/namespaces/default/jobs'
  await client.create(path, workload('Job', 'broken', { backoffLimit: 1 }))
  for (const count of [1, 2]) {
    // A kubelet tells nothing of a pod that it was not given yet.
    const given = async () => (await podsOf('broken')).filter(({ spec }) => spec.nodeName === 'kwsl')
    await expect.poll(async () => (await given()).length).toBe(count)
    for (const pod of await given()) if (pod.status.phase !== 'Failed') await setPod(pod, { phase: 'Failed' })
  }
  await expect.poll(() => reasonOf(`${path}/broken`, 'Failed')).toBe('BackoffLimitExceeded')
})

test('pods on a node go when their kubelet says so, and all goes with its owner', async () => {
  await client.create(`${apps}/deployments`, workload('Deployment', 'short', {}))
  await expect.poll(async () => (await podsOf('short'))[0]?.spec.nodeName).toBe('kwsl')
  await client.remove(`${apps}/deployments/short`)
  await expect.poll(async () => (await podsOf('short'))[0]?.metadata.deletionTimestamp).toBeTruthy()
  for (const { metadata } of await podsOf('short')) await client.remove(`${pods}/${metadata.name}`, 0)
  await expect.poll(async () => (await podsOf('short')).length).toBe(0)
  expect((await client.list(`${apps}/replicasets`, { labelSelector: 'app=short' })).items).toEqual([])
})
