import type { ClusterRecord } from '../kubeadm/record.ts'
import { defaultName, type Settings } from '../settings/settings.ts'
import type { Snapshot } from './snapshot.ts'
import { minorsBetween, newestVersion } from './versions.ts'

/** What the node is to become: what was asked for, on top of what the cluster was made with. */
export interface Goal {
  /** As the record will say it, but for the version that the cluster still has. */
  readonly record: ClusterRecord
  /** Of Kubernetes, without a leading `v`. */
  readonly version: string
  /** `https://address:6443` */
  readonly server: string
  /** What the API server's certificate must be good for. */
  readonly subjects: readonly string[]
  /** Whether the address is ours to put on an interface. */
  readonly ownsAddress: boolean
}

/** The record of a finished cluster, which is the last that an init writes; undefined without one. */
export function finishedRecord({ data: { record } }: Snapshot): ClusterRecord | undefined {
  return typeof record === 'object' ? record : undefined
}

/** What to make of the node. */
export function decideGoal(snapshot: Snapshot, settings: Settings): Goal {
  const known = finishedRecord(snapshot)
  const name = settings.name ?? known?.name ?? defaultName
  const node = known?.node ?? name
  const version = decideVersion(snapshot, settings, known)
  const { advertise, address } = decideAddress(snapshot, settings, known)
  const outer = snapshot.network.outer?.address
  return {
    record: {
      version: 1,
      name,
      node,
      advertise,
      address,
      kubernetesVersion: known?.kubernetesVersion ?? version,
      podNetwork: known?.podNetwork ?? settings.podNetwork,
    },
    version,
    server: `https://${address}:6443`,
    subjects: [
      ...new Set(['localhost', '127.0.0.1', node, address, ...(outer === undefined ? [] : [outer])]),
    ],
    ownsAddress: advertise === 'fixed',
  }
}

type Advertised = Pick<ClusterRecord, 'advertise' | 'address'>

function decideAddress(snapshot: Snapshot, settings: Settings, known: ClusterRecord | undefined): Advertised {
  const { outer, addresses } = snapshot.network
  const wanted = settings.advertiseAddress
  const fixed: Advertised = { advertise: 'fixed', address: settings.address }
  if (wanted !== undefined && wanted !== 'outer') return { advertise: 'given', address: wanted }
  if (wanted === undefined && (known === undefined || known.advertise === 'fixed')) return fixed
  // One that was given stands while an interface has it; then the machine has moved, and the outer one takes over.
  if (
    wanted === undefined &&
    known?.advertise === 'given' &&
    addresses.some(({ address }) => address === known.address)
  )
    return { advertise: 'given', address: known.address }
  return { advertise: 'outer', address: outer?.address ?? known?.address ?? settings.address }
}

/** What was asked for; else the newest of the preloaded images that kubeadm can install; else kubeadm's own. */
function decideVersion(snapshot: Snapshot, settings: Settings, known: ClusterRecord | undefined): string {
  if (settings.kubernetesVersion !== undefined) return settings.kubernetesVersion
  const kubeadm = snapshot.packages.kubeadm ?? '0.0.0'
  const candidates = preloadedVersions(snapshot.images).filter(
    (version) => minorsBetween(kubeadm, version) === 0,
  )
  const found = newestVersion(candidates) ?? kubeadm
  // A patch release is never taken back on its own.
  const isOfSameMinor = known !== undefined && minorsBetween(known.kubernetesVersion, found) === 0
  return isOfSameMinor ? (newestVersion([known.kubernetesVersion, found]) ?? found) : found
}

function preloadedVersions(images: readonly string[]): string[] {
  return images.flatMap((image) => /\/kube-apiserver:v(\d+\.\d+\.\d+)$/.exec(image)?.[1] ?? [])
}
