import { authorities, certificateNames, kubeconfigNames } from '../kubeadm/certificates.ts'
import { components } from '../kubeadm/components.ts'
import { renderConfiguration } from '../kubeadm/configuration.ts'
import type { ClusterRecord } from '../kubeadm/record.ts'
import { finishedRecord, type Goal } from './goal.ts'
import type { Snapshot } from './snapshot.ts'
import type { Stage } from './stage.ts'

/** Puts what must outlive the root filesystem where it does. What is seen of it afterwards is something else. */
export const dataStage: Stage = {
  isBarrier: true,
  plan: ({ snapshot: { data } }) =>
    Object.entries(data.links)
      .filter(([, state]) => state !== 'right')
      .map(([path]) => ({ kind: 'link-data', path })),
}

/** Removes what an init that was killed left, so that the next one finds nothing half made. */
export const cleanStage: Stage = {
  isBarrier: true,
  plan: ({ snapshot }) => {
    const { journal, record } = snapshot.data
    if (record !== undefined) return []
    if (journal === 'unreadable') return [{ kind: 'clean-cluster', keepsData: true }]
    if (journal !== undefined) return [{ kind: 'clean-cluster', keepsData: journal.keepsData }]
    // Somebody else's beginnings: their authorities, if any, are taken over.
    if (hasParts(snapshot)) return [{ kind: 'clean-cluster', keepsData: true }]
    return []
  },
}

/** Whether etcd's data or authorities are there, which the next init has to keep. */
export function hasDataToKeep({ data, authorities: known }: Snapshot): boolean {
  return data.hasEtcd || authorities.some((name) => known[name].state !== 'missing')
}

function hasParts({ certificates, kubeconfigs, manifests }: Snapshot): boolean {
  return (
    certificateNames.some((name) => certificates[name].state !== 'missing') ||
    kubeconfigNames.some((name) => kubeconfigs[name].state !== 'missing') ||
    components.some((name) => manifests[name].state !== 'missing')
  )
}

/** What kubeadm is told, and what the agent remembers. */
export const configurationStage: Stage = {
  isBarrier: false,
  plan: ({ snapshot, goal }) => {
    const text = renderConfiguration({
      kubernetesVersion: goal.version,
      node: goal.record.node,
      address: goal.record.address,
      podNetwork: goal.record.podNetwork,
      subjects: goal.subjects,
      cgroupVersion: snapshot.host.cgroups.version === 1 ? 1 : 2,
    })
    const known = finishedRecord(snapshot)
    return [
      ...(snapshot.data.configuration === text ? [] : [{ kind: 'write-configuration', text } as const]),
      ...(known === undefined || (snapshot.data.journal === undefined && isSame(known, goal))
        ? []
        : [{ kind: 'write-record', record: goal.record } as const]),
    ]
  },
}

function isSame(known: ClusterRecord, { record }: Goal): boolean {
  return (Object.keys(record) as (keyof ClusterRecord)[]).every((key) => known[key] === record[key])
}
