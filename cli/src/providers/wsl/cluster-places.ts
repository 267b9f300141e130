import { readdir, rmdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isSystemError } from '../../files/file-error.ts'
import type { ClusterName, RootfsId, SnapshotId } from '../provider.ts'

/** A distribution of ours: its name, and the folder that its disk is in. */
export interface Own {
  readonly name: string
  readonly folder: string
}

/**
 * What a cluster has on the host, below one folder. The names of its other distributions have a dot, which that of a
 * cluster cannot have.
 *
 * - `machine-ID/ext4.vhdx`: the machine's disk, made from the root filesystem ID; the distribution CLUSTER
 * - `check-ID/ext4.vhdx`: that of one which is being tried; CLUSTER.rootfs-ID
 * - `data/ext4.vhdx`: the data store; CLUSTER.data
 * - `rootfs/ID.tar.gz`: a root filesystem that was tried and runs; the first one is there after the data store
 * - `snapshots/ID`: an empty file for each copy that is whole, in the data store
 * - `sessions.json`: the processes that keep both running
 */
export interface ClusterPlaces {
  readonly folder: string
  readonly data: Own
  readonly sessions: string
  machine(rootfs: RootfsId): Own
  check(rootfs: RootfsId): Own
  tarball(rootfs: RootfsId): string
  snapshot(id: SnapshotId): string
  /** Those that have a folder, whether a distribution is registered or not. */
  machines(): Promise<RootfsId[]>
  checks(): Promise<RootfsId[]>
  tarballs(): Promise<RootfsId[]>
  snapshots(): Promise<SnapshotId[]>
  /** Removes the folders that are empty. */
  tidy(): Promise<void>
}

export function clusterPlaces(root: string, cluster: ClusterName): ClusterPlaces {
  const folder = join(root, cluster)
  const withPrefix = async (prefix: string) =>
    (await namesIn(folder)).filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
  return {
    folder,
    data: { name: `${cluster}.data`, folder: join(folder, 'data') },
    sessions: join(folder, 'sessions.json'),
    machine: (rootfs) => ({ name: cluster, folder: join(folder, `machine-${rootfs}`) }),
    check: (rootfs) => ({ name: `${cluster}.rootfs-${rootfs}`, folder: join(folder, `check-${rootfs}`) }),
    tarball: (rootfs) => join(folder, 'rootfs', `${rootfs}.tar.gz`),
    snapshot: (id) => join(folder, 'snapshots', id),
    machines: () => withPrefix('machine-'),
    checks: () => withPrefix('check-'),
    async tarballs() {
      const names = await namesIn(join(folder, 'rootfs'))
      return names.filter((name) => name.endsWith('.tar.gz')).map((name) => name.slice(0, -'.tar.gz'.length))
    },
    snapshots: () => namesIn(join(folder, 'snapshots')),
    async tidy() {
      for (const one of [join(folder, 'rootfs'), join(folder, 'snapshots'), folder]) await removeIfEmpty(one)
    },
  }
}

/** In order; none where there is no such folder. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).toSorted()
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return []
    throw error
  }
}

/** Whether a distribution has its disk there: WSL keeps it in the folder that the import named. */
export function hasDisk({ folder }: Own): Promise<boolean> {
  return isThere(join(folder, 'ext4.vhdx'))
}

export async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return false
    throw error
  }
}

export async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder)
  } catch (error) {
    if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'ENOENT', 'ENOTDIR')) throw error
  }
}
