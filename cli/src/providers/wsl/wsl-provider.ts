import { rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { freeBytes } from '../../files/free-bytes.ts'
import { isPortTaken } from '../host-port.ts'
import type { ClusterName, Machine, PortClash, Provider } from '../provider.ts'
import { findClashes } from './clashes.ts'
import { clusterPlaces, namesIn, removeIfEmpty } from './cluster-places.ts'
import { dataBytes, hasData, removeSnapshot, restoreSnapshot, takeSnapshot } from './data-store.ts'
import { keepingDefault } from './default-distribution.ts'
import { locateWsl } from './locate-wsl.ts'
import { startMachine, stopMachine } from './machine.ts'
import { attachToMachine, execInMachine } from './machine-exec.ts'
import { noWsl, probeWsl } from './probe.ts'
import { findRivals, listClusters } from './rivals.ts'
import { activate, activeRootfs, importRootfs, isRunning, removeRootfs } from './rootfs-store.ts'
import { windowsArchitecture } from './windows-architecture.ts'
import { type TimeLimits, wslClient } from './wsl-client.ts'
import { examineWsl } from './wsl-examine.ts'
import { clear, includesName, type WslHost } from './wsl-host.ts'

export interface WslProviderOptions {
  /** Default: this process's. */
  readonly environment?: Readonly<Record<string, string | undefined>>
  /** The folder of all clusters. Default: `kaweezle\wsl` in the user's folder of local data. */
  readonly folder?: string
  readonly timeLimits?: TimeLimits
  /** Milliseconds that an import or a removal of another process is waited for. Default: five minutes. */
  readonly patience?: number
  /** Whether something on Windows has a port of 127.0.0.1. Default: looks. */
  readonly isPortTaken?: (port: number) => Promise<boolean>
  /** Ends whatever goes on. */
  readonly signal?: AbortSignal
}

export interface WslProvider extends Provider {
  readonly name: 'wsl'
  /** Only distributions that run are asked. */
  clashes(cluster: ClusterName): Promise<readonly PortClash[]>
  rivals(cluster: ClusterName): Promise<readonly ClusterName[]>
}

/** Clusters in WSL 2: the machine is the distribution that is called as the cluster is. */
export function wslProvider(options: WslProviderOptions = {}): WslProvider {
  const { environment = process.env, patience = 300_000, timeLimits, signal } = options
  const local = environment['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local')
  const root = options.folder ?? join(local, 'kaweezle', 'wsl')
  let finding: Promise<WslHost> | undefined

  function findHost(): Promise<WslHost> {
    finding ??= find()
    return finding
  }

  async function find(): Promise<WslHost> {
    const executable = await locateWsl(environment)
    if (executable === undefined) throw noWsl()
    return {
      client: wslClient(executable, timeLimits, signal),
      afterwards: wslClient(executable, timeLimits),
      root,
      patience,
      isPortTaken: options.isPortTaken ?? isPortTaken,
    }
  }

  async function inspect(cluster: ClusterName): Promise<Machine> {
    const { client } = await findHost()
    const places = clusterPlaces(root, cluster)
    const names = await client.list()
    const active = await activeRootfs(places, names, cluster)
    const isUp = active !== undefined && includesName(await client.listRunning(), cluster)
    const isThere = await hasData(places, names)
    return {
      hasData: isThere,
      rootfs: await places.tarballs(),
      active,
      state: active === undefined ? 'absent' : isUp ? 'running' : 'stopped',
      snapshots: isThere ? await places.snapshots() : [],
    }
  }

  async function stopped(cluster: ClusterName): Promise<WslHost> {
    const host = await findHost()
    if ((await inspect(cluster)).state === 'running') throw isRunning(cluster)
    return host
  }

  async function remove(cluster: ClusterName): Promise<void> {
    const host = await findHost()
    const places = clusterPlaces(root, cluster)
    if ((await namesIn(places.folder)).length === 0) return places.tidy()
    await stopMachine(host, cluster)
    await keepingDefault(host, async () => {
      for (const rootfs of await places.machines()) await clear(host, places.machine(rootfs))
      for (const rootfs of await places.checks()) await clear(host, places.check(rootfs))
      await clear(host, places.data)
    })
    await rm(places.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 })
    await removeIfEmpty(root)
  }

  return {
    name: 'wsl',
    probe: () => probeWsl(async () => (await findHost()).client),
    architecture: async () => windowsArchitecture(environment),
    list: () => listClusters(root),
    inspect,
    freeBytes: () => freeBytes(root),
    dataBytes: async (cluster) => dataBytes(await findHost(), cluster),
    examine: async (cluster) => examineWsl(await findHost(), cluster, environment),
    takeSnapshot: async (cluster, id) => takeSnapshot(await stopped(cluster), cluster, id),
    restoreSnapshot: async (cluster, id) => restoreSnapshot(await stopped(cluster), cluster, id),
    removeSnapshot: async (cluster, id) => removeSnapshot(await findHost(), cluster, id),
    importRootfs: async (cluster, id, tarball) => importRootfs(await findHost(), cluster, id, tarball),
    activate: async (cluster, id) => activate(await findHost(), cluster, id),
    removeRootfs: async (cluster, id) => removeRootfs(await findHost(), cluster, id),
    start: async (cluster, start) => startMachine(await findHost(), cluster, start),
    stop: async (cluster) => stopMachine(await findHost(), cluster),
    exec: async (cluster, argv, exec) => execInMachine(await findHost(), cluster, argv, exec),
    attach: async (cluster, argv) => attachToMachine(await findHost(), cluster, argv),
    remove,
    clashes: async (cluster) => findClashes(await findHost(), cluster),
    rivals: async (cluster) => findRivals(await findHost(), cluster),
  }
}
