import { isReady } from '../admission.ts'
import type { KubeObject } from '../objects.ts'
import { dependent, suffix, templateHash, type World } from './world.ts'

const hashLabel = 'controller-revision-hash'

/** One pod on each node the template's selector fits; a pod of another template goes before the new one comes. */
export async function reconcileDaemonSet(world: World, set: KubeObject): Promise<void> {
  const { spec, metadata } = set
  const hash = templateHash(set)
  const pod = spec.template.spec
  const selector = Object.entries(pod.nodeSelector ?? {})
  const nodes = world
    .all('Node')
    .filter(({ metadata: { labels } }) => selector.every(([name, value]) => labels?.[name] === value))
  for (const node of nodes) {
    const mine = podsOn(world, set, node)
    const outdated = mine.filter(({ metadata: { labels } }) => labels?.[hashLabel] !== hash)
    const over = mine.filter(({ status }) => status?.phase === 'Failed' || status?.phase === 'Succeeded')
    const replaced = spec.updateStrategy.type === 'OnDelete' ? over : [...new Set([...outdated, ...over])]
    for (const one of replaced) await world.remove(one)
    const goes = world
      .all('Pod')
      .some((one) => one.metadata.deletionTimestamp && isOf(one, set) && targetOf(one) === node.metadata.name)
    if (podsOn(world, set, node).length > 0 || goes) continue
    // With the host's network a pod needs no ready node: it is what makes the node ready.
    const place = pod.hostNetwork
      ? { nodeName: node.metadata.name }
      : {
          affinity: {
            nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: affinity(node.metadata.name) },
          },
        }
    await world.create(
      'Pod',
      dependent(set, `${metadata.name}-${suffix()}`, { [hashLabel]: hash }, { ...pod, ...place }),
    )
  }
  const pods = world.ownedBy(set, 'Pod')
  const names = nodes.map((node) => node.metadata.name)
  for (const one of pods) if (!names.includes(targetOf(one) ?? '')) await world.remove(one)
  const ready = pods.filter(isReady).length
  await world.status(set, {
    observedGeneration: metadata.generation,
    desiredNumberScheduled: nodes.length,
    currentNumberScheduled: pods.length,
    updatedNumberScheduled: pods.filter(({ metadata: { labels } }) => labels?.[hashLabel] === hash).length,
    numberReady: ready,
    numberAvailable: ready,
    numberUnavailable: Math.max(0, nodes.length - ready),
    numberMisscheduled: 0,
  })
}

function podsOn(world: World, set: KubeObject, node: KubeObject): KubeObject[] {
  return world.ownedBy(set, 'Pod').filter((pod) => targetOf(pod) === node.metadata.name)
}

function isOf({ metadata }: KubeObject, set: KubeObject): boolean {
  return metadata.ownerReferences?.some(({ uid }) => uid === set.metadata.uid) ?? false
}

function affinity(node: string): object {
  return { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }] }
}

/** The node a pod of a DaemonSet is on, or made for. */
function targetOf({ spec }: KubeObject): string | undefined {
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return spec.nodeName ?? required?.nodeSelectorTerms?.[0]?.matchFields?.[0]?.values?.[0]
}
