import { readFile, rm } from 'node:fs/promises'
import { isKaweezleError, KaweezleError } from '../../errors.ts'
import { isSystemError } from '../../files/file-error.ts'
import { isProcessAlive } from '../../files/process-identity.ts'
import { replaceFile } from '../../files/replace-file.ts'
import { otherRuns } from '../machine-errors.ts'
import type { ClusterName, StartOptions } from '../provider.ts'
import { type ClusterPlaces, clusterPlaces } from './cluster-places.ts'
import { assertData } from './data-store.ts'
import { inside, startLimit } from './inside.ts'
import { assertInnerPortFree, assertPortFree, innerPort } from './ports.ts'
import { findRivals } from './rivals.ts'
import { activeRootfs, isRunning } from './rootfs-store.ts'
import { isJoinedScript, joinScript, sessionScript, shareScript, unshareScript } from './scripts.ts'
import { includesName, isOwn, type WslHost } from './wsl-host.ts'

/** The processes of wsl.exe that keep the machine and the data store running, and the port that the first leads on. */
interface Sessions {
  readonly machine: number
  readonly data: number
  readonly apiPort: number
}

/** Starts the machine; one that somebody started without its data is ended before. */
export async function startMachine(
  host: WslHost,
  cluster: ClusterName,
  { apiPort }: StartOptions,
): Promise<void> {
  const { client, root } = host
  const places = clusterPlaces(root, cluster)
  const rootfs = await activeRootfs(places, await client.list(), cluster)
  if (rootfs === undefined)
    throw new KaweezleError('PROVIDER_FAILED', `there is no machine ${cluster}`, {
      hint: 'Run `kaweezle install`.',
    })
  await assertData(host, cluster)
  const running = await client.listRunning()
  const heldPort =
    includesName(running, cluster) && includesName(running, places.data.name)
      ? await portOfSessions(places)
      : undefined
  if (heldPort !== undefined && (await isJoined(host, cluster))) {
    if (heldPort !== apiPort) throw isRunning(cluster)
    return
  }
  const [rival] = await findRivals(host, cluster)
  if (rival !== undefined) throw otherRuns(cluster, rival)
  // What runs in it has files open that are not the cluster's.
  if (includesName(running, cluster)) await client.terminate(cluster)
  await assertPortFree(host, apiPort)
  await assertInnerPortFree(host, places.data, apiPort)
  // Before the machine, whose boot command may look for its data.
  const data = client.hold(places.data.name, session(innerPort))
  await inside(host, places.data.name, shareScript, [cluster])
  const machine = client.hold(cluster, session(apiPort))
  await inside(host, cluster, joinScript, [cluster])
  const sessions: Sessions = { machine: machine ?? 0, data: data ?? 0, apiPort }
  await replaceFile(places.sessions, JSON.stringify(sessions))
}

/** Ends the machine and the data store. The processes of wsl.exe that kept them running end with them. */
export async function stopMachine({ client, root }: WslHost, cluster: ClusterName): Promise<void> {
  const places = clusterPlaces(root, cluster)
  const names = await client.list()
  const running = await client.listRunning()
  const isOurs = (await activeRootfs(places, names, cluster)) !== undefined
  if (isOurs && includesName(running, cluster)) await client.terminate(cluster)
  if (includesName(running, places.data.name) && (await isOwn(names, places.data))) {
    // Else the disk would be in use in all other distributions. It is only taken away, whatever this says.
    const argv = ['/bin/sh', '-c', unshareScript, 'sh', cluster]
    await client.run(places.data.name, argv, { timeLimit: startLimit }).catch((error: unknown) => {
      if (!isKaweezleError(error, 'PROVIDER_FAILED')) throw error
    })
    await client.terminate(places.data.name)
  }
  await rm(places.sessions, { force: true })
}

function session(port: number): readonly string[] {
  return ['/bin/sh', '-c', sessionScript, 'kaweezle-session', String(port)]
}

async function isJoined({ client }: WslHost, cluster: ClusterName): Promise<boolean> {
  const argv = ['/bin/sh', '-c', isJoinedScript, 'sh', cluster]
  return (await client.run(cluster, argv, { timeLimit: startLimit })).status === 0
}

/** The port of a machine whose sessions live; undefined where they do not. */
async function portOfSessions({ sessions }: ClusterPlaces): Promise<number | undefined> {
  const found = await readSessions(sessions)
  return found !== undefined && isAlive(found.machine) && isAlive(found.data) ? found.apiPort : undefined
}

async function readSessions(file: string): Promise<Sessions | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    // One that cannot be read is as good as none: the sessions are made again.
    if (isSystemError(error, 'ENOENT', 'ENOTDIR') || error instanceof SyntaxError) return undefined
    throw error
  }
}

function isAlive(pid: number): boolean {
  return Number.isInteger(pid) && pid > 0 && isProcessAlive(pid)
}
