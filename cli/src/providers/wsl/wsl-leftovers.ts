import { join } from 'node:path'
import { clusterPlaces, hasDisk, isThere, namesIn, type Own } from './cluster-places.ts'
import { includesName, type WslHost } from './wsl-host.ts'

export interface Leftover {
  readonly what: string
  /** What to do with it, as a part of a sentence. */
  readonly removal: string
}

/**
 * What is no part of a machine: distributions without their disk, disks without their distribution, root filesystems
 * that were being tried, files that are not whole.
 */
export async function wslLeftovers({ client, root }: WslHost): Promise<readonly Leftover[]> {
  const names = await client.listAll()
  const found: Leftover[] = []
  for (const cluster of await clustersIn(root)) {
    const places = clusterPlaces(root, cluster)
    for (const id of await places.checks()) {
      const own = places.check(id)
      if (!includesName(names, own.name)) found.push(folderOf(own))
    }
    const machines = (await places.machines()).map((id) => places.machine(id))
    for (const own of [places.data, ...machines]) {
      if ((await hasDisk(own)) && !includesName(names, own.name)) found.push(withoutDistribution(own))
    }
    for (const file of await unfinished(places.folder)) {
      found.push({ what: `the file ${file}`, removal: `remove ${file}` })
    }
  }
  for (const name of names) {
    const own = ownOf(root, name)
    const isData = own?.name.endsWith('.data') ?? false
    if (own === undefined || (isData && (await hasDisk(own)))) continue
    // Somebody else may like such a name too.
    if (isData && !(await isThere(join(own.folder, '..')))) continue
    found.push({
      what: `the distribution ${name}`,
      removal: `\`wsl --unregister ${name}\`, which deletes its files`,
    })
  }
  return found
}

/** What the distribution would be, were it one of those that are only for our use; undefined for all others. */
export function ownOf(root: string, distribution: string): Own | undefined {
  const [, cluster, rootfs] = /^([a-z0-9-]+)\.(?:data|rootfs-([a-z0-9-]+))$/.exec(distribution) ?? []
  if (cluster === undefined) return undefined
  const places = clusterPlaces(root, cluster)
  return rootfs === undefined ? places.data : places.check(rootfs)
}

async function clustersIn(root: string): Promise<string[]> {
  return (await namesIn(root)).filter((name) => !name.startsWith('.'))
}

function folderOf({ folder }: Own): Leftover {
  return { what: `the folder ${folder}`, removal: `remove ${folder}` }
}

function withoutDistribution({ name, folder }: Own): Leftover {
  return {
    what: `the disk in ${folder}, whose distribution ${name} is gone`,
    removal: `\`wsl --import-in-place ${name} ${join(folder, 'ext4.vhdx')}\` brings it back`,
  }
}

async function unfinished(folder: string): Promise<string[]> {
  const rootfs = join(folder, 'rootfs')
  const parts = (await namesIn(rootfs)).filter((name) => name.endsWith('.part'))
  const archive = join(folder, 'data.tar')
  return [...parts.map((name) => join(rootfs, name)), ...((await isThere(archive)) ? [archive] : [])]
}
