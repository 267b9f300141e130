import { isReady } from '../admission.ts'
import type { KubeObject } from '../objects.ts'
import { controllerOf, dependent, templateHash, type World } from './world.ts'

const hashLabel = 'controller-revision-hash'

/** Pods with numbers, one after the other unless they may come in parallel. Volume claims are not made. */
export async function reconcileStatefulSet(world: World, set: KubeObject): Promise<void> {
  const { spec, metadata } = set
  const revision = `${metadata.name}-${templateHash(set)}`
  const find = (name: string) =>
    world.all('Pod').find((pod) => pod.metadata.name === name && controllerOf(pod)?.uid === metadata.uid)
  const names = Array.from({ length: spec.replicas }, (_, at) => `${metadata.name}-${at}`)
  for (const name of names) {
    const labels = { [hashLabel]: revision, 'statefulset.kubernetes.io/pod-name': name }
    if (!find(name))
      await world.create('Pod', dependent(set, name, labels, { ...spec.template.spec, hostname: name }))
    const pod = find(name)
    if (spec.podManagementPolicy !== 'Parallel' && pod && !isReady(pod)) break
  }
  const outdated = names
    .toReversed()
    .map(find)
    .find((pod) => pod && pod.metadata.labels?.[hashLabel] !== revision)
  if (outdated && spec.updateStrategy.type !== 'OnDelete' && !outdated.metadata.deletionTimestamp)
    await world.remove(outdated)
  const pods = world.ownedBy(set, 'Pod')
  for (const pod of pods) if (!names.includes(pod.metadata.name)) await world.remove(pod)
  const updated = pods.filter((pod) => pod.metadata.labels?.[hashLabel] === revision).length
  const ready = pods.filter(isReady).length
  const isDone = updated === spec.replicas && ready === spec.replicas
  await world.status(set, {
    observedGeneration: metadata.generation,
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: ready,
    updatedReplicas: updated,
    currentReplicas: isDone ? spec.replicas : pods.length - updated,
    updateRevision: revision,
    currentRevision: isDone ? revision : (set.status?.currentRevision ?? revision),
  })
}
