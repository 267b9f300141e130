import type { VolumeInspectInfo } from 'dockerode'
import { KaweezleError } from '../../errors.ts'
import type { ClusterName, SnapshotId } from '../provider.ts'
import type { Daemon } from './docker-connection.ts'
import { labelFilter, labelOf, labels, type Role, volumeName } from './docker-names.ts'
import { askDocker } from './docker-request.ts'

/** Without it, Docker fills an empty volume from the image. */
export const asItIs = { NoCopy: true, Labels: {}, DriverConfig: { Name: 'local', Options: {} } }

/** The volumes of a cluster, or of all. */
export async function listVolumes(daemon: Daemon, cluster?: ClusterName): Promise<VolumeInspectInfo[]> {
  const { Volumes } = await askDocker('list volumes', { signal: daemon.signal }, () =>
    daemon.docker.listVolumes({ filters: labelFilter(cluster) }),
  )
  return Volumes ?? []
}

export function hasVolume(volumes: readonly VolumeInspectInfo[], role: Role, snapshot?: SnapshotId): boolean {
  return volumes.some(
    ({ Labels }) =>
      Labels?.[labelOf.role] === role && (snapshot === undefined || Labels[labelOf.snapshot] === snapshot),
  )
}

/** The copies that are whole: their marks are made after them, and removed before. */
export function wholeSnapshots(volumes: readonly VolumeInspectInfo[]): SnapshotId[] {
  const marked = volumes.flatMap(({ Labels }) => {
    const snapshot = Labels?.[labelOf.snapshot]
    return Labels?.[labelOf.role] === 'snapshot-whole' && snapshot !== undefined ? [snapshot] : []
  })
  return marked.filter((snapshot) => hasVolume(volumes, 'snapshot', snapshot)).toSorted()
}

/** Makes a volume; one that is there already stays as it is. */
export async function createVolume(
  daemon: Daemon,
  Name: string,
  Labels: Record<string, string>,
): Promise<void> {
  await askDocker(`make the volume ${Name}`, { signal: daemon.signal }, () =>
    daemon.docker.createVolume({ Name, Labels }),
  )
}

export function createDataVolume(daemon: Daemon, cluster: ClusterName): Promise<void> {
  return createVolume(daemon, volumeName(cluster, 'data'), labels(cluster, 'data'))
}

/**
 * Data that are gone are not made anew in silence.
 * @throws KaweezleError `PROVIDER_FAILED`
 */
export function assertData(cluster: ClusterName, volumes: readonly VolumeInspectInfo[]): void {
  if (hasVolume(volumes, 'data')) return
  throw new KaweezleError('PROVIDER_FAILED', `The cluster ${cluster} has no data`, {
    hint: 'Run `kaweezle doctor`: its volume may have been removed by hand.',
  })
}
