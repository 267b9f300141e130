import { resourcePath } from '../client.ts'
import type { KubeObject, Loose } from '../objects.ts'
import { apiVersionOf, builtInResources, customResources } from '../resources.ts'
import { type Kind, type World, watched, withCondition } from './world.ts'

/** Gives pods that have no node one that is ready, or says why there is none. */
export async function schedulePods(world: World): Promise<void> {
  const node = world.all('Node').find((one) => isReadyNode(one) && !one.spec?.unschedulable)
  const total = world.all('Node').length
  for (const pod of world.all('Pod')) {
    if (pod.spec.nodeName || pod.metadata.deletionTimestamp || pod.spec.schedulingGates?.length) continue
    if (node) await world.patch(pod, { spec: { nodeName: node.metadata.name } })
    const message = `0/${total} nodes are available: ${total === 0 ? 'no nodes' : `${total} node(s) had untolerated taint(s)`}.`
    const conditions = withCondition(
      pod.status?.conditions,
      'PodScheduled',
      Boolean(node),
      node ? '' : 'Unschedulable',
      node ? '' : message,
    )
    const current = world.all('Pod').find(({ metadata }) => metadata.uid === pod.metadata.uid)
    if (current) await world.status(current, { conditions })
  }
}

/** Objects go when the one that owns them is gone, and pods when their node is. */
export async function collectGarbage(world: World): Promise<void> {
  const nodes = world.all('Node').map(({ metadata }) => metadata.name)
  for (const kind of ['Pod', 'ReplicaSet', 'Job'] as const)
    for (const object of world.all(kind)) {
      if (object.metadata.deletionTimestamp && kind !== 'Pod') continue
      const place = object.spec.nodeName
      if (kind === 'Pod' && place && nodes.length > 0 && !nodes.includes(place)) await world.remove(object, 0)
      else if (!object.metadata.deletionTimestamp && (await isOrphan(world, object)))
        await world.remove(object)
    }
}

/** The cache of another kind may lag behind, so the server has the last word. */
async function isOrphan(world: World, { metadata }: KubeObject): Promise<boolean> {
  for (const owner of metadata.ownerReferences ?? []) {
    const kind = owner.kind as Kind
    if (!(kind in watched)) return false
    if (world.all(kind).some((one) => one.metadata.uid === owner.uid)) return false
    const namespace = kind === 'Node' ? undefined : metadata.namespace
    const found = await world.client.find(resourcePath(...watched[kind], namespace, owner.name))
    // A mirror pod names its node, by whatever uid the kubelet knew.
    if (found && (kind === 'Node' || found.metadata.uid === owner.uid)) return false
  }
  return (metadata.ownerReferences ?? []).length > 0
}

/** A service account in each namespace, and the end of those that are to be deleted. */
export async function keepNamespaces(world: World): Promise<void> {
  const accounts = new Set(
    world.all('ServiceAccount').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
  )
  for (const { metadata } of world.all('Namespace')) {
    const namespace = metadata.name
    if (metadata.deletionTimestamp) await emptyNamespace(world, namespace)
    else if (!accounts.has(`${namespace}/default`))
      await world.create('ServiceAccount', {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace },
      })
  }
}

async function emptyNamespace(world: World, name: string): Promise<void> {
  const definitions = await world.client.list(
    resourcePath('apiextensions.k8s.io/v1', 'customresourcedefinitions'),
  )
  const resources = [...builtInResources, ...definitions.items.flatMap(customResources)].filter(
    (one) => one.namespaced,
  )
  let left = 0
  for (const resource of resources) {
    const path = resourcePath(apiVersionOf(resource), resource.plural, name)
    const { items } = await world.client.list(path)
    if (items.length === 0) continue
    if (items.some(({ metadata }) => !metadata.deletionTimestamp)) await world.client.remove(path)
    left += (await world.client.list(path)).items.length
  }
  const path = resourcePath('v1', 'namespaces', undefined, name)
  const namespace = await world.client.find(path)
  if (left === 0 && namespace)
    await world.client.replace(`${path}/finalize`, { ...namespace, spec: { finalizers: [] } })
}

export function isReadyNode({ status }: KubeObject): boolean {
  return status?.conditions?.some((one: Loose) => one.type === 'Ready' && one.status === 'True') ?? false
}
