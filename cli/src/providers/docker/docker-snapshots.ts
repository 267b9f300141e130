import type { MountConfig, VolumeInspectInfo } from 'dockerode'
import { KaweezleError } from '../../errors.ts'
import type { ClusterName, SnapshotId } from '../provider.ts'
import { copyScript, diskFullStatus } from './copy-script.ts'
import type { Daemon } from './docker-connection.ts'
import { removeVolume } from './docker-create.ts'
import { runHelper } from './docker-helper.ts'
import { listImages, wholeImages } from './docker-images.ts'
import { labelOf, labels, snapshotMarkName, snapshotName, volumeName } from './docker-names.ts'
import { diskLimit } from './docker-request.ts'
import {
  asItIs,
  assertData,
  createDataVolume,
  createVolume,
  listVolumes,
  wholeSnapshots,
} from './docker-volumes.ts'

/** Copies the data of a machine that does not run. */
export async function takeSnapshot(
  daemon: Daemon,
  cluster: ClusterName,
  snapshot: SnapshotId,
): Promise<void> {
  const volumes = await listVolumes(daemon, cluster)
  if (wholeSnapshots(volumes).includes(snapshot)) return
  assertData(cluster, volumes)
  assertNotRestoring(cluster, volumes)
  await removeSnapshot(daemon, cluster, snapshot)
  const of = { [labelOf.snapshot]: snapshot }
  const name = snapshotName(cluster, snapshot)
  await createVolume(daemon, name, labels(cluster, 'snapshot', of))
  await copy(daemon, cluster, { from: volumeName(cluster, 'data'), to: name })
  await createVolume(daemon, snapshotMarkName(cluster, snapshot), labels(cluster, 'snapshot-whole', of))
}

/** Puts a copy in the place of the data of a machine that does not run. */
export async function restoreSnapshot(
  daemon: Daemon,
  cluster: ClusterName,
  snapshot: SnapshotId,
): Promise<void> {
  const volumes = await listVolumes(daemon, cluster)
  if (!wholeSnapshots(volumes).includes(snapshot))
    throw missing(`The cluster ${cluster} has no whole copy ${snapshot} of its data`)
  // While it is there, nothing starts on data that are half the one and half the other.
  const mark = volumeName(cluster, 'restoring')
  await createVolume(daemon, mark, labels(cluster, 'restoring', { [labelOf.snapshot]: snapshot }))
  await createDataVolume(daemon, cluster)
  await copy(daemon, cluster, { from: snapshotName(cluster, snapshot), to: volumeName(cluster, 'data') })
  await removeVolume(daemon, mark)
}

export async function removeSnapshot(
  daemon: Daemon,
  cluster: ClusterName,
  snapshot: SnapshotId,
): Promise<void> {
  await removeVolume(daemon, snapshotMarkName(cluster, snapshot))
  await removeVolume(daemon, snapshotName(cluster, snapshot))
}

/** @throws KaweezleError `PROVIDER_FAILED`: the data are half of what they were and half of a copy. */
export function assertNotRestoring(cluster: ClusterName, volumes: readonly VolumeInspectInfo[]): void {
  const mark = volumes.find(({ Labels }) => Labels?.[labelOf.role] === 'restoring')
  if (mark === undefined) return
  throw new KaweezleError(
    'PROVIDER_FAILED',
    `The data of ${cluster} are half restored from the copy ${mark.Labels[labelOf.snapshot]}`,
    { hint: 'Restore that copy again.' },
  )
}

async function copy(
  daemon: Daemon,
  cluster: ClusterName,
  { from, to }: { from: string; to: string },
): Promise<void> {
  const [image] = wholeImages(cluster, await listImages(daemon, cluster)).values()
  if (image === undefined) throw missing(`The cluster ${cluster} has no root filesystem to copy data with`)
  const mount = (Source: string, Target: string, ReadOnly: boolean): MountConfig[number] => ({
    Type: 'volume',
    Source,
    Target,
    ReadOnly,
    VolumeOptions: asItIs,
  })
  const { status, output } = await runHelper(daemon, cluster, {
    image,
    argv: ['/bin/sh', '-c', copyScript],
    mounts: [mount(from, '/from', true), mount(to, '/to', false)],
    timeLimit: diskLimit,
    doing: `copy the data of ${cluster}`,
  })
  if (status === 0) return
  if (status === diskFullStatus) {
    throw new KaweezleError('DISK_FULL', `No space is left for a copy of the data of ${cluster}`, {
      hint: 'Free some: `docker system df` shows what takes it.',
      details: output.split('\n'),
    })
  }
  throw new KaweezleError('PROVIDER_FAILED', `The data of ${cluster} cannot be copied: status ${status}`, {
    hint: 'Do this again; the details say what failed.',
    details: output.split('\n'),
  })
}

function missing(message: string): KaweezleError {
  return new KaweezleError('PROVIDER_FAILED', message, {
    hint: 'See `kaweezle list`, and install the cluster first.',
  })
}
