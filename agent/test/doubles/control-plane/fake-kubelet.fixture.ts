import { type Client, createClient, resourcePath } from './client.ts'
import { rest } from './component.ts'
import type { KubeObject } from './objects.ts'

/** Registers a ready node, makes its pods ready (those of Jobs succeed) and ends those that are to go. */
export async function fakeKubelet(kubeconfig: string, signal: AbortSignal): Promise<void> {
  const client = createClient(kubeconfig)
  while (!signal.aborted) {
    try {
      await live(client, signal)
    } catch (error) {
      // The server is away for a while: as a kubelet does, try again.
      if (!(error instanceof Error)) throw error
      await rest(100, signal)
    }
  }
  client.close()
}

async function live(client: Client, signal: AbortSignal): Promise<void> {
  const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }]
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'kwsl' }, status: { conditions } }
  const path = resourcePath('v1', 'nodes')
  if (!(await client.find(`${path}/kwsl`))) await client.create(path, node)
  for await (const { type, object } of client.watch(resourcePath('v1', 'pods'), { signal }))
    if (type !== 'DELETED' && object.spec.nodeName) await see(client, object)
}

async function see(client: Client, { metadata, spec, status }: KubeObject): Promise<void> {
  const path = resourcePath('v1', 'pods', metadata.namespace, metadata.name)
  if (!(await client.find(path))) return
  if (metadata.deletionTimestamp) {
    await client.remove(path, 0)
    return
  }
  if (status?.phase !== 'Pending') return
  const ofJob = metadata.ownerReferences?.[0]?.kind === 'Job'
  const containerStatuses = spec.containers.map(({ name }: { name: string }) => ({
    name,
    ready: !ofJob,
    restartCount: 0,
  }))
  const conditions = [...(status.conditions ?? []), { type: 'Ready', status: ofJob ? 'False' : 'True' }]
  await client.patch(`${path}/status`, {
    status: { phase: ofJob ? 'Succeeded' : 'Running', containerStatuses, conditions },
  })
}
