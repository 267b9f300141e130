import { statfs } from 'node:fs/promises'
import { hostname, release } from 'node:os'
import { KaweezleError } from '../../errors.ts'
import { isSystemError } from '../../files/file-error.ts'
import type { ClusterName } from '../provider.ts'
import type { Daemon } from './docker-connection.ts'
import { runHelper } from './docker-helper.ts'
import { listImages, wholeImages } from './docker-images.ts'
import { labelOf, volumeName } from './docker-names.ts'
import { answerLimit, askDocker, diskLimit } from './docker-request.ts'
import { asItIs, hasVolume, listVolumes } from './docker-volumes.ts'

/** Free bytes where the daemon keeps its images and volumes; undefined where nothing can tell. */
export async function freeBytes(daemon: Daemon): Promise<number | undefined> {
  const info = (await askDocker('describe itself', { signal: daemon.signal }, () =>
    daemon.docker.info(),
  )) as {
    DockerRootDir?: string
    Name?: string
    KernelVersion?: string
  }
  // A daemon in a virtual machine has folders of the same names.
  const isHere = info.Name === hostname() && info.KernelVersion === release()
  if (isHere && info.DockerRootDir) {
    try {
      const { bavail, bsize } = await statfs(info.DockerRootDir)
      return bavail * bsize
    } catch (error) {
      if (!isSystemError(error, 'ENOENT', 'ENOTDIR')) throw error
    }
  }
  return freeInside(daemon)
}

async function freeInside(daemon: Daemon): Promise<number | undefined> {
  const images = await listImages(daemon)
  const cluster = images.map(({ Labels }) => Labels?.[labelOf.cluster]).find((name) => name !== undefined)
  const [image] = cluster === undefined ? [] : wholeImages(cluster, images).values()
  if (cluster === undefined || image === undefined) return undefined
  const { status, output } = await runHelper(daemon, cluster, {
    task: 'space',
    image,
    argv: ['df', '-Pk', '/'],
    timeLimit: answerLimit,
    doing: 'look for free space',
  })
  const free = Number(output.split('\n')[1]?.split(/\s+/)[3])
  return status === 0 && Number.isFinite(free) ? free * 1024 : undefined
}

/** Bytes that the data of a cluster take, running or not; undefined without data, or without anything to measure with. */
export async function dataBytes(daemon: Daemon, cluster: ClusterName): Promise<number | undefined> {
  const [image] = wholeImages(cluster, await listImages(daemon, cluster)).values()
  if (image === undefined || !hasVolume(await listVolumes(daemon, cluster), 'data')) return undefined
  const Source = volumeName(cluster, 'data')
  const { status, output } = await runHelper(daemon, cluster, {
    task: 'space',
    image,
    argv: ['du', '-sk', '/data'],
    mounts: [{ Type: 'volume', Source, Target: '/data', ReadOnly: true, VolumeOptions: asItIs }],
    timeLimit: diskLimit,
    doing: `measure the data of ${cluster}`,
  })
  // Of a cluster that writes, du misses what is removed under its hands, and says so by its status.
  const used = Number(output.split('\n').at(-1)?.split(/\s+/)[0])
  if (Number.isFinite(used) && used > 0) return used * 1024
  throw new KaweezleError('PROVIDER_FAILED', `The data of ${cluster} cannot be measured: status ${status}`, {
    hint: 'Do this again; the details say what failed.',
    details: output.split('\n'),
  })
}
