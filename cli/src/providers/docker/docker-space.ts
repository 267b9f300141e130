import { statfs } from 'node:fs/promises'
import { hostname, release } from 'node:os'
import type { Daemon } from './docker-connection.ts'
import { isMissingFile } from './docker-failure.ts'
import { runHelper } from './docker-helper.ts'
import { listImages, wholeImages } from './docker-images.ts'
import { labelOf } from './docker-names.ts'
import { answerLimit, askDocker } from './docker-request.ts'

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
      if (!isMissingFile(error)) throw error
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
