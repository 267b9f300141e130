import * as z from 'zod'
import type { WorkloadState } from '../plan/snapshot.ts'

export type WorkloadKind = 'Deployment' | 'DaemonSet' | 'StatefulSet' | 'Job'

const count = z.number().int().nullish()

/** What is looked at of a workload; https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/ */
export const workloadSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string().optional(),
    generation: count,
    deletionTimestamp: z.string().nullish(),
  }),
  spec: z
    .object({
      replicas: count,
      selector: z.object({ matchLabels: z.record(z.string(), z.string()).nullish() }).nullish(),
      suspend: z.boolean().nullish(),
      updateStrategy: z
        .object({ type: z.string().nullish(), rollingUpdate: z.object({ partition: count }).nullish() })
        .nullish(),
    })
    .nullish(),
  status: z
    .object({
      observedGeneration: count,
      replicas: count,
      readyReplicas: count,
      availableReplicas: count,
      updatedReplicas: count,
      currentReplicas: count,
      currentRevision: z.string().nullish(),
      updateRevision: z.string().nullish(),
      desiredNumberScheduled: count,
      currentNumberScheduled: count,
      updatedNumberScheduled: count,
      numberAvailable: count,
      numberReady: count,
      active: count,
      succeeded: count,
      failed: count,
      startTime: z.string().nullish(),
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
    })
    .nullish(),
})

export type WorkloadObject = z.infer<typeof workloadSchema>
type Status = NonNullable<WorkloadObject['status']>

/** `namespace/kind/name`, e.g. `kube-system/deployment/coredns`. */
export function workloadName(kind: WorkloadKind, { metadata }: WorkloadObject): string {
  return `${metadata.namespace}/${kind.toLowerCase()}/${metadata.name}`
}

/**
 * Whether a workload is as its specification wants it, by the rules of kstatus
 * (https://github.com/kubernetes-sigs/cli-utils/blob/master/pkg/kstatus/README.md). Jobs go by kstatus too: one that
 * has started is ready, as a start must not wait for work that may take hours; one that failed is not.
 */
export function judge(kind: WorkloadKind, workload: WorkloadObject): WorkloadState {
  const reason = lackOf(kind, workload)
  return { name: workloadName(kind, workload), isReady: reason === undefined, reason: reason ?? '' }
}

/** What it lacks; undefined where it lacks nothing. */
function lackOf(kind: WorkloadKind, workload: WorkloadObject): string | undefined {
  const { metadata } = workload
  if (metadata.deletionTimestamp) return 'it is being deleted'
  const status = workload.status ?? {}
  const isOutdated = (status.observedGeneration ?? 0) < (metadata.generation ?? 0)
  // Jobs have no observedGeneration.
  if (kind !== 'Job' && isOutdated) return 'its controller has not seen it yet'
  return lacks[kind](workload, status)
}

const lacks: Readonly<
  Record<WorkloadKind, (workload: WorkloadObject, status: Status) => string | undefined>
> = {
  Deployment({ spec }, status) {
    const wanted = spec?.replicas ?? 1
    const progressing = condition(status, 'Progressing')
    if (progressing?.reason === 'ProgressDeadlineExceeded') {
      return `it failed to progress: ${progressing.message || 'its progress deadline is over'}`
    }
    const lack =
      fewer(status.updatedReplicas, wanted, 'replicas updated') ??
      extra(status.replicas, status.updatedReplicas) ??
      fewer(status.availableReplicas, status.updatedReplicas ?? 0, 'replicas available') ??
      fewer(status.readyReplicas, wanted, 'replicas ready')
    if (lack !== undefined) return lack
    const available = condition(status, 'Available')
    if (available !== undefined && available.status !== 'True')
      return available.message || 'it is not available'
    return undefined
  },

  StatefulSet({ spec }, status) {
    if (spec?.updateStrategy?.type === 'OnDelete') return undefined
    const wanted = spec?.replicas ?? 1
    const lack =
      fewer(status.replicas, wanted, 'replicas made') ??
      fewer(status.readyReplicas, wanted, 'replicas ready') ??
      ((status.replicas ?? 0) > wanted ? `${(status.replicas ?? 0) - wanted} replicas too many` : undefined)
    if (lack !== undefined) return lack
    const partition = spec?.updateStrategy?.rollingUpdate?.partition ?? 0
    if (partition > 0)
      return fewer(status.updatedReplicas, Math.max(0, wanted - partition), 'replicas updated')
    return (
      fewer(status.currentReplicas, wanted, 'replicas current') ??
      ((status.currentRevision ?? '') === (status.updateRevision ?? '')
        ? undefined
        : 'an update of it is not done')
    )
  },

  DaemonSet(_workload, status) {
    const wanted = status.desiredNumberScheduled
    if (typeof wanted !== 'number') return 'its controller has not seen it yet'
    return (
      fewer(status.currentNumberScheduled, wanted, 'pods scheduled') ??
      fewer(status.updatedNumberScheduled, wanted, 'pods updated') ??
      fewer(status.numberAvailable, wanted, 'pods available') ??
      fewer(status.numberReady, wanted, 'pods ready')
    )
  },

  Job({ spec }, status) {
    const failure = condition(status, 'Failed')
    if (failure?.status === 'True')
      return `it failed: ${failure.message || failure.reason || 'no reason is given'}`
    if (condition(status, 'Complete')?.status === 'True') return undefined
    if (spec?.suspend === true || condition(status, 'Suspended')?.status === 'True') return undefined
    return status.startTime ? undefined : 'it has not started'
  },
}

function condition(status: Status, type: string) {
  return status.conditions?.find((candidate) => candidate.type === type)
}

function fewer(have: number | null | undefined, wanted: number, of: string): string | undefined {
  return (have ?? 0) < wanted ? `${have ?? 0} of ${wanted} ${of}` : undefined
}

function extra(all: number | null | undefined, updated: number | null | undefined): string | undefined {
  const old = (all ?? 0) - (updated ?? 0)
  return old > 0 ? `${old} old replicas are still there` : undefined
}
