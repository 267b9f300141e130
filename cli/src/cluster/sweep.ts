import type { ClusterContext } from './context.ts'
import type { ClusterState } from './state.ts'

/** Removes the root filesystems and snapshots of a cluster that its state, which has no journal, does not name. */
export async function sweep(
  { provider }: ClusterContext,
  { name, current, former }: ClusterState,
): Promise<void> {
  const { rootfs, snapshots } = await provider.inspect(name)
  for (const id of rootfs)
    if (id !== current?.rootfs && id !== former?.rootfs) await provider.removeRootfs(name, id)
  for (const id of snapshots) if (id !== former?.snapshot) await provider.removeSnapshot(name, id)
}
