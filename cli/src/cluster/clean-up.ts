import { isKaweezleError } from '../errors.ts'
import { type ClusterContext, messageOf, save, saveEnded } from './context.ts'
import type { ClusterState } from './state.ts'

/**
 * Ends a switch: removes the root filesystems and snapshots that the cluster's state does not name. The cluster works
 * without that: what cannot be removed is told, and tried again by the next command.
 */
export async function cleanUp(context: ClusterContext, state: ClusterState): Promise<ClusterState> {
  const cleaning = await save(context, state, { journal: { kind: 'clean-up' } })
  try {
    await removeUnnamed(context, cleaning)
  } catch (error) {
    if (!isKaweezleError(error) || error.code === 'INTERRUPTED') throw error
    context.report({
      kind: 'warning',
      message: `something is left that is of no more use: ${messageOf(error)}`,
    })
    return cleaning
  }
  return saveEnded(context, cleaning)
}

async function removeUnnamed(
  { provider }: ClusterContext,
  { name, current, former }: ClusterState,
): Promise<void> {
  const { rootfs, snapshots } = await provider.inspect(name)
  for (const id of rootfs)
    if (id !== current?.rootfs && id !== former?.rootfs) await provider.removeRootfs(name, id)
  for (const id of snapshots) if (id !== former?.snapshot) await provider.removeSnapshot(name, id)
}
