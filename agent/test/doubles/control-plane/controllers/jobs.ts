import { isReady } from '../admission.ts'
import type { KubeObject, Loose } from '../objects.ts'
import { dependent, suffix, type World, withCondition } from './world.ts'

/** Pods until enough of them have succeeded, or more than `backoffLimit` failed. */
export async function reconcileJob(world: World, job: KubeObject): Promise<void> {
  const { spec, metadata, status } = job
  const isOver = status?.conditions?.some(
    (one: Loose) => one.status === 'True' && ['Complete', 'Failed'].includes(one.type),
  )
  if (isOver || spec.suspend) return
  const labels = { 'batch.kubernetes.io/job-name': metadata.name, 'job-name': metadata.name }
  const count = (phase: string) =>
    world.ownedBy(job, 'Pod').filter((pod) => pod.status?.phase === phase).length
  const [succeeded, failed] = [count('Succeeded'), count('Failed')]
  const now = new Date().toISOString().replace(/\.\d+/, '')
  let conditions: Loose[] = status?.conditions ?? []
  if (succeeded >= spec.completions) {
    conditions = withCondition(
      conditions,
      'SuccessCriteriaMet',
      true,
      'CompletionsReached',
      'Reached expected number of succeeded pods',
    )
    conditions = withCondition(
      conditions,
      'Complete',
      true,
      'CompletionsReached',
      'Reached expected number of succeeded pods',
    )
  } else if (failed > spec.backoffLimit)
    conditions = withCondition(
      conditions,
      'Failed',
      true,
      'BackoffLimitExceeded',
      'Job has reached the specified backoff limit',
    )
  const active = world
    .ownedBy(job, 'Pod')
    .filter((pod) => !['Succeeded', 'Failed'].includes(pod.status?.phase))
  const wanted = conditions.length > 0 ? 0 : Math.min(spec.parallelism, spec.completions - succeeded)
  for (let at = active.length; at < wanted; at++)
    await world.create('Pod', dependent(job, `${metadata.name}-${suffix()}`, labels, spec.template.spec))
  for (const pod of active.slice(wanted)) await world.remove(pod)
  await world.status(job, {
    startTime: status?.startTime ?? now,
    active: wanted,
    ready: active.slice(0, wanted).filter(isReady).length,
    succeeded,
    failed,
    ...(conditions.length > 0 && { conditions }),
    ...(succeeded >= spec.completions && { completionTime: now }),
  })
}
