import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { KaweezleError } from '../../errors.ts'
import type { ClusterName, SnapshotId } from '../provider.ts'
import { type ClusterPlaces, clusterPlaces, isThere } from './cluster-places.ts'
import { dataArchive } from './data-archive.ts'
import { linesOf } from './decode-output.ts'
import { keepingDefault } from './default-distribution.ts'
import {
  makeStoreScript,
  measureScript,
  removeSnapshotScript,
  restoreScript,
  snapshotScript,
} from './scripts.ts'
import { importAnew, includesName, isOwn, type WslHost } from './wsl-host.ts'

/** Milliseconds: data may be many gigabytes. */
const copyLimit = 3_600_000

export function hasData(places: ClusterPlaces, names: readonly string[]): Promise<boolean> {
  return isOwn(names, places.data)
}

/** Makes an empty data store with the shell of a root filesystem; one that is there stays as it is. */
export async function makeData(host: WslHost, cluster: ClusterName, tarball: string): Promise<void> {
  const places = clusterPlaces(host.root, cluster)
  if (!(await hasData(places, await host.client.list()))) await importData(host, places, tarball)
  await runScript(host, places, makeStoreScript, [newName()])
  await host.client.terminate(places.data.name)
}

/** A data store that is gone is not made anew in silence: what it held would be, too. */
export async function assertData({ client, root }: WslHost, cluster: ClusterName): Promise<void> {
  if (!(await hasData(clusterPlaces(root, cluster), await client.list()))) throw noData(cluster)
}

async function importData(host: WslHost, places: ClusterPlaces, tarball: string): Promise<void> {
  const content = await dataArchive(tarball)
  const archive = join(places.folder, 'data.tar')
  await mkdir(places.folder, { recursive: true })
  try {
    await writeFile(archive, content)
    await keepingDefault(host, () => importAnew(host, places.data, archive))
  } finally {
    await rm(archive, { force: true })
  }
}

/** Bytes that the data take; undefined without a data store. */
export async function dataBytes(host: WslHost, cluster: ClusterName): Promise<number | undefined> {
  const places = clusterPlaces(host.root, cluster)
  if (!(await hasData(places, await host.client.list()))) return undefined
  const said = await inStore(host, places, () => runScript(host, places, measureScript, []))
  return Number(said.split(/\s/)[0]) * 1024
}

/** Copies the data, within the store. Its mark on the host is written when it is whole. */
export async function takeSnapshot(host: WslHost, cluster: ClusterName, id: SnapshotId): Promise<void> {
  const places = clusterPlaces(host.root, cluster)
  if (await isThere(places.snapshot(id))) return
  await assertData(host, cluster)
  await copy(host, places, snapshotScript, [id])
  await mkdir(dirname(places.snapshot(id)), { recursive: true })
  await writeFile(places.snapshot(id), '')
}

export async function restoreSnapshot(host: WslHost, cluster: ClusterName, id: SnapshotId): Promise<void> {
  const places = clusterPlaces(host.root, cluster)
  if (!(await isThere(places.snapshot(id))))
    throw new KaweezleError('PROVIDER_FAILED', `${cluster} has no copy ${id} of its data`, {
      hint: 'Run `kaweezle status`, which lists the copies.',
    })
  await assertData(host, cluster)
  await copy(host, places, restoreScript, [id, newName()])
}

/** The mark goes first: what is left behind by a kill is no copy any more. */
export async function removeSnapshot(host: WslHost, cluster: ClusterName, id: SnapshotId): Promise<void> {
  const places = clusterPlaces(host.root, cluster)
  await rm(places.snapshot(id), { force: true })
  if (!(await hasData(places, await host.client.list()))) return
  await inStore(host, places, () => runScript(host, places, removeSnapshotScript, [id]))
  await places.tidy()
}

/** Does something in a store that may be in use, and leaves it as it was: running or not. */
async function inStore<T>(host: WslHost, { data }: ClusterPlaces, body: () => Promise<T>): Promise<T> {
  const wasRunning = includesName(await host.client.listRunning(), data.name)
  const result = await body()
  if (!wasRunning) await host.client.terminate(data.name)
  return result
}

/** Copies in a store that nothing else uses. One that a killed call began may still go on, and this one must not. */
async function copy(
  host: WslHost,
  places: ClusterPlaces,
  script: string,
  args: readonly string[],
): Promise<void> {
  await host.client.terminate(places.data.name)
  try {
    await runScript(host, places, script, args)
  } finally {
    await host.afterwards.terminate(places.data.name)
  }
}

async function runScript(
  { client }: WslHost,
  { data }: ClusterPlaces,
  script: string,
  args: readonly string[],
): Promise<string> {
  const argv = ['/bin/sh', '-c', script, 'sh', ...args]
  const { status, stdout, stderr } = await client.run(data.name, argv, { timeLimit: copyLimit })
  if (status === 0) return stdout.toString('utf8')
  const details = linesOf(stderr)
  const isFull = details.some((line) => line.includes('No space left on device'))
  throw new KaweezleError(
    isFull ? 'DISK_FULL' : 'PROVIDER_FAILED',
    `the data store ${data.name} failed: ${details.at(-1)}`,
    {
      hint: isFull
        ? 'Make room on the disk of your user folder, and run the same command again.'
        : 'Run `kaweezle doctor`.',
      details,
    },
  )
}

/** Never used twice, since it grows. */
function newName(): string {
  return `${Date.now().toString(36)}-${process.pid.toString(36)}`
}

function noData(cluster: ClusterName): KaweezleError {
  return new KaweezleError('PROVIDER_FAILED', `${cluster} has no data store`, {
    hint: 'Run `kaweezle doctor`: its distribution may have been removed by hand.',
  })
}
