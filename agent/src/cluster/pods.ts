import * as z from 'zod'
import { oneLine } from './one-line.ts'

const containerStatusSchema = z.object({
  name: z.string(),
  image: z.string().nullish(),
  ready: z.boolean().nullish(),
  restartCount: z.number().nullish(),
  state: z
    .object({
      waiting: z.object({ reason: z.string().nullish(), message: z.string().nullish() }).nullish(),
      terminated: z
        .object({
          reason: z.string().nullish(),
          message: z.string().nullish(),
          exitCode: z.number().nullish(),
        })
        .nullish(),
    })
    .nullish(),
})

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/ */
export const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    labels: z.record(z.string(), z.string()).nullish(),
    ownerReferences: z.array(z.object({ uid: z.string() })).nullish(),
    deletionTimestamp: z.string().nullish(),
  }),
  spec: z
    .object({ containers: z.array(z.object({ name: z.string(), image: z.string().nullish() })).nullish() })
    .nullish(),
  status: z
    .object({
      phase: z.string().nullish(),
      reason: z.string().nullish(),
      message: z.string().nullish(),
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().nullish(),
            message: z.string().nullish(),
          }),
        )
        .nullish(),
      initContainerStatuses: z.array(containerStatusSchema).nullish(),
      containerStatuses: z.array(containerStatusSchema).nullish(),
    })
    .nullish(),
})

export type PodObject = z.infer<typeof podSchema>
type ContainerStatus = z.infer<typeof containerStatusSchema>

const pullReasons: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'RegistryUnavailable',
])

/** What a pod lacks, in words; nothing when it lacks nothing that its status tells. */
export function podLacks({ metadata, status }: PodObject): readonly string[] {
  if (metadata.deletionTimestamp) return ['it is being deleted']
  if (status?.phase === 'Succeeded') return []
  const scheduled = status?.conditions?.find(({ type }) => type === 'PodScheduled')
  if (scheduled?.status === 'False') {
    return [`no node takes it (${scheduled.reason ?? 'Unschedulable'}${colon(scheduled.message)})`]
  }
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])]
  const lacks = containers.flatMap((container) => containerLack(container) ?? [])
  if (lacks.length > 0) return lacks
  if (status?.phase === 'Failed')
    return [`it failed (${status.reason ?? 'no reason'}${colon(status.message)})`]
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  if (ready?.status === 'True') return []
  return [ready?.message ? oneLine(ready.message) : `it is ${(status?.phase ?? 'unknown').toLowerCase()}`]
}

function containerLack({ name, image, state, restartCount }: ContainerStatus): string | undefined {
  const waiting = state?.waiting
  // These are on their way, and what lies before them is told by others.
  if (waiting?.reason === 'PodInitializing' || waiting?.reason === 'ContainerCreating') {
    return waiting.message ? `container ${name} is being made: ${oneLine(waiting.message)}` : undefined
  }
  if (waiting?.reason && pullReasons.has(waiting.reason)) {
    return `image "${image ?? name}" cannot be pulled (${waiting.reason}${colon(waiting.message)})`
  }
  if (waiting?.reason) return `container ${name} waits (${waiting.reason}${colon(waiting.message)})`
  const ended = state?.terminated
  if (!ended || ended.exitCode === 0) return undefined
  const again = restartCount ? `, started again ${restartCount} times` : ''
  return `container ${name} ended with ${ended.exitCode ?? '?'} (${ended.reason ?? 'Error'}${colon(ended.message)})${again}`
}

function colon(message: string | null | undefined): string {
  return message ? `: ${oneLine(message)}` : ''
}
