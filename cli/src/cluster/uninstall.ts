import { type ClusterContext, save } from './context.ts'
import { endCluster } from './run-cluster.ts'
import type { ClusterState } from './state.ts'

/** Ends a cluster and takes away all that is of it but its entries in kubeconfigs. */
export async function uninstall(context: ClusterContext, state: ClusterState): Promise<void> {
  const { provider, store, report } = context
  const begun = await save(context, state, { journal: { kind: 'uninstall' } })
  await endCluster(context, begun)
  report({ kind: 'step', title: `Removing ${state.name}` })
  await provider.remove(state.name)
  await store.remove(state.name)
}
