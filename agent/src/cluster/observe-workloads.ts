import type { WorkloadState } from '../plan/snapshot.ts'
import type { ApiClient } from './api-client.ts'
import { judge, type WorkloadKind, type WorkloadObject, workloadName, workloadSchema } from './workloads.ts'

export const workloadPaths: Readonly<Record<WorkloadKind, string>> = {
  Deployment: '/apis/apps/v1/deployments',
  DaemonSet: '/apis/apps/v1/daemonsets',
  StatefulSet: '/apis/apps/v1/statefulsets',
  Job: '/apis/batch/v1/jobs',
}

export const workloadKinds = Object.keys(workloadPaths) as readonly WorkloadKind[]

export interface FoundWorkload {
  readonly kind: WorkloadKind
  readonly object: WorkloadObject
}

/** All workloads of all namespaces, in the order of their names. */
export async function listWorkloads(client: ApiClient): Promise<readonly FoundWorkload[]> {
  const lists = await Promise.all(
    workloadKinds.map(async (kind) => {
      const objects = await client.list(workloadPaths[kind], workloadSchema)
      return objects.map((object) => ({ kind, object }))
    }),
  )
  return lists.flat().sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))
}

/** How all workloads are. */
export async function observeWorkloads(client: ApiClient): Promise<readonly WorkloadState[]> {
  return (await listWorkloads(client)).map(({ kind, object }) => judge(kind, object))
}

function nameOf({ kind, object }: FoundWorkload): string {
  return workloadName(kind, object)
}
