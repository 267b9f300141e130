import { isKaweezleError } from '../../errors.ts'
import type { ClusterName, PortClash } from '../provider.ts'
import { clusterPlaces } from './cluster-places.ts'
import { activeRootfs } from './rootfs-store.ts'
import type { WslClient } from './wsl-client.ts'
import type { WslHost } from './wsl-host.ts'

/** The ports of a node: the API server, etcd, the kubelet, the controller manager and the scheduler. */
const nodePorts: readonly number[] = [6443, 2379, 2380, 10250, 10257, 10259]

/** Shows the tables of the network, and which sockets this distribution's programs have. */
const script = `cat /proc/net/tcp /proc/net/tcp6 2>/dev/null; echo; ls -l /proc/[0-9]*/fd 2>/dev/null | grep -o 'socket:.*'`

/**
 * The ports that a cluster needs and another distribution has: all of them share one network. Distributions that do
 * not run are not started for it, and those that have no shell are passed over.
 */
export async function findClashes({ client, root }: WslHost, cluster: ClusterName): Promise<PortClash[]> {
  const running = await client.listRunning()
  const places = clusterPlaces(root, cluster)
  const own = new Set([
    places.data.name,
    ...((await activeRootfs(places, running, cluster)) === undefined ? [] : [cluster]),
  ])
  const isUp = running.some((name) => name === cluster && own.has(name))
  const others = running.filter((name) => !own.has(name))
  const found = new Map<number, PortClash>()
  for (const distribution of others) {
    const shown = await askDistribution(client, distribution)
    for (const { port, isTheirs } of parseListeners(shown))
      if (isTheirs || (!isUp && !found.has(port)))
        found.set(port, { port, distribution: isTheirs ? distribution : undefined })
  }
  return [...found.values()].toSorted((one, other) => one.port - other.port)
}

async function askDistribution(client: WslClient, name: string): Promise<string> {
  try {
    const { stdout } = await client.run(name, ['/bin/sh', '-c', script], { timeLimit: 15_000 })
    return stdout.toString('utf8')
  } catch (error) {
    // It ended meanwhile, or lets nobody in.
    if (isKaweezleError(error, 'PROVIDER_FAILED')) return ''
    throw error
  }
}

/** Which ports of a node are listened on (proc(5), `/proc/net/tcp`), and by whom. */
export function parseListeners(text: string): { port: number; isTheirs: boolean }[] {
  const sockets = new Set([...text.matchAll(/^socket:\[(\d+)\]/gm)].map(([, inode]) => inode))
  const rows = text.matchAll(
    /^\s*\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A (?:\S+\s+){5}(\d+) /gm,
  )
  const listeners = [...rows].map(([, port = '', inode]) => ({
    port: Number.parseInt(port, 16),
    isTheirs: sockets.has(inode),
  }))
  return listeners.filter(({ port }) => nodePorts.includes(port))
}
