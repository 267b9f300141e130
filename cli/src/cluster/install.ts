import type { ClusterContext } from './context.ts'
import { save, saveEnded } from './context.ts'
import type { ClusterState, Installed } from './state.ts'

/**
 * Puts a verified root filesystem on this host as a new cluster, without starting it. One that was begun is ended.
 * @param tarball the path of the verified `rootfs.tar.gz`
 */
export async function install(
  context: ClusterContext,
  { state, target, tarball }: { state: ClusterState; target: Installed; tarball: string },
): Promise<ClusterState> {
  const { provider, report } = context
  const begun = await save(context, state, { journal: { kind: 'install', target } })
  report({ kind: 'step', title: `Installing ${target.release.version} as ${state.name}` })
  await provider.importRootfs(state.name, target.rootfs, tarball)
  await provider.activate(state.name, target.rootfs)
  return saveEnded(context, { ...begun, current: target })
}

/** Takes away what an install that was killed left. */
export async function undoInstall(context: ClusterContext, state: ClusterState): Promise<void> {
  await context.provider.remove(state.name)
  await context.store.remove(state.name)
}
