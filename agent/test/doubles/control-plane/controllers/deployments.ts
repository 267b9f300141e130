import { isReady } from '../admission.ts'
import type { KubeObject } from '../objects.ts'
import { dependent, suffix, templateHash, type World, withCondition } from './world.ts'

const hashLabel = 'pod-template-hash'

/** A ReplicaSet per template; the old ones shrink to nothing when the new one is ready. */
export async function reconcileDeployment(world: World, deployment: KubeObject): Promise<void> {
  const { spec, metadata, status } = deployment
  const hash = templateHash(deployment)
  const sets = world.ownedBy(deployment, 'ReplicaSet')
  const current = sets.find((set) => set.metadata.labels?.[hashLabel] === hash)
  const old = sets.filter((set) => set !== current)
  const podsLeft = old.flatMap((set) => world.ownedBy(set, 'Pod')).length
  const mayGrow = spec.strategy?.type !== 'Recreate' || podsLeft === 0
  const wanted = mayGrow ? spec.replicas : (current?.spec.replicas ?? 0)
  if (!current) {
    const template = {
      ...spec.template,
      metadata: {
        ...spec.template.metadata,
        labels: { ...spec.template.metadata?.labels, [hashLabel]: hash },
      },
    }
    const selector = { ...spec.selector, matchLabels: { ...spec.selector.matchLabels, [hashLabel]: hash } }
    await world.create(
      'ReplicaSet',
      dependent(
        deployment,
        `${metadata.name}-${hash}`,
        { [hashLabel]: hash },
        { replicas: wanted, selector, template },
      ),
    )
  } else if (current.spec.replicas !== wanted) await world.patch(current, { spec: { replicas: wanted } })
  const ready = current?.status?.readyReplicas ?? 0
  if (ready >= spec.replicas || !mayGrow)
    for (const set of old) if (set.spec.replicas > 0) await world.patch(set, { spec: { replicas: 0 } })

  const total = (field: string) => sets.reduce((sum, set) => sum + (set.status?.[field] ?? 0), 0)
  const counts = {
    replicas: total('replicas'),
    readyReplicas: total('readyReplicas'),
    availableReplicas: total('readyReplicas'),
    updatedReplicas: current?.status?.replicas ?? 0,
    unavailableReplicas: Math.max(0, spec.replicas - total('readyReplicas')),
  }
  const isDone =
    counts.updatedReplicas === spec.replicas && ready >= spec.replicas && counts.replicas === spec.replicas
  const available = counts.readyReplicas >= spec.replicas - Math.floor(spec.replicas / 4)
  let conditions = withCondition(
    status?.conditions,
    'Available',
    available,
    available ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    available ? 'Deployment has minimum availability.' : 'Deployment does not have minimum availability.',
  )
  conditions = progress(deployment, conditions, isDone, counts)
  await world.status(deployment, { observedGeneration: metadata.generation, ...counts, conditions })
}

/** Keeps the number of pods of one ReplicaSet. */
export async function reconcileReplicaSet(world: World, set: KubeObject): Promise<void> {
  const { spec, metadata } = set
  const pods = world.ownedBy(set, 'Pod')
  const alive = pods.filter(({ status }) => status?.phase !== 'Failed' && status?.phase !== 'Succeeded')
  for (let count = alive.length; count < spec.replicas; count++)
    await world.create('Pod', dependent(set, `${metadata.name}-${suffix()}`, {}, spec.template.spec))
  const leaving = [...alive].sort((left, right) => Number(isReady(left)) - Number(isReady(right)))
  for (const pod of leaving.slice(0, Math.max(0, alive.length - spec.replicas))) await world.remove(pod)
  for (const pod of pods) if (!alive.includes(pod)) await world.remove(pod)
  const left = world.ownedBy(set, 'Pod')
  const readyReplicas = left.filter(isReady).length
  const counts = {
    replicas: left.length,
    fullyLabeledReplicas: left.length,
    readyReplicas,
    availableReplicas: readyReplicas,
  }
  await world.status(set, { observedGeneration: metadata.generation, ...counts })
}

function progress(
  { spec, status, metadata }: KubeObject,
  conditions: KubeObject['status'][],
  isDone: boolean,
  counts: object,
) {
  if (isDone)
    return withCondition(
      conditions,
      'Progressing',
      true,
      'NewReplicaSetAvailable',
      `ReplicaSet of "${metadata.name}" has successfully progressed.`,
    )
  const before = conditions.find(({ type }) => type === 'Progressing')
  const moved = Object.entries(counts).some(([name, value]) => status?.[name] !== value)
  const since = Date.parse(before?.lastUpdateTime ?? new Date().toISOString())
  const late = Date.now() - since > spec.progressDeadlineSeconds * 1000
  const isNew = status?.observedGeneration !== metadata.generation
  if (late && !moved && !isNew && before?.reason !== 'NewReplicaSetAvailable')
    return withCondition(
      conditions,
      'Progressing',
      false,
      'ProgressDeadlineExceeded',
      `ReplicaSet of "${metadata.name}" has timed out progressing.`,
    )
  if (before?.reason === 'ProgressDeadlineExceeded' && !moved && !isNew) return conditions
  const others = moved
    ? conditions.map((one) =>
        one === before ? { ...one, lastUpdateTime: new Date().toISOString().replace(/\.\d+/, '') } : one,
      )
    : conditions
  return withCondition(
    others,
    'Progressing',
    true,
    'ReplicaSetUpdated',
    `ReplicaSet of "${metadata.name}" is progressing.`,
  )
}
