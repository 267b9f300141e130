import type { ClusterName } from '../provider.ts'
import { clusterPlaces, namesIn } from './cluster-places.ts'
import { activeRootfs } from './rootfs-store.ts'
import { includesName, type WslHost } from './wsl-host.ts'

/** The clusters that have anything here, by the folders below the one of all. */
export async function listClusters(root: string): Promise<ClusterName[]> {
  return (await namesIn(root)).filter((name) => /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(name))
}

/**
 * The other clusters that run: all distributions have one network, and no place for a second API server, kubelet or
 * bridge of pods. A machine that somebody started by hand has no data, and so no cluster.
 */
export async function findRivals({ client, root }: WslHost, cluster: ClusterName): Promise<ClusterName[]> {
  const others = (await listClusters(root)).filter((name) => name !== cluster)
  if (others.length === 0) return []
  const running = await client.listRunning()
  const found: ClusterName[] = []
  for (const name of others) {
    const places = clusterPlaces(root, name)
    const isUp = includesName(running, name) && includesName(running, places.data.name)
    if (isUp && (await activeRootfs(places, running, name)) !== undefined) found.push(name)
  }
  return found
}
