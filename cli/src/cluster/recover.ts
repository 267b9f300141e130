import { isKaweezleError } from '../errors.ts'
import { cleanUp } from './clean-up.ts'
import { type ClusterContext, saveEnded } from './context.ts'
import { undoInstall } from './install.ts'
import type { ClusterState } from './state.ts'
import { finishSwitch, undoSwitch } from './switch.ts'
import { uninstall } from './uninstall.ts'

/**
 * Ends or undoes what a killed command had begun, so that the next one finds a cluster that is whole. Returns what is
 * there then; undefined for nothing.
 * @throws KaweezleError what starting a root filesystem throws, when even the former one does not start
 */
export async function recover(
  context: ClusterContext,
  state: ClusterState,
): Promise<ClusterState | undefined> {
  const { journal, name } = state
  if (journal === undefined) return state
  const { report, provider } = context
  if (journal.kind === 'clean-up') return cleanUp(context, state)
  report({
    kind: 'warning',
    message: `the last command for ${name} was cut off: putting that in order first`,
  })
  switch (journal.kind) {
    case 'uninstall':
      await uninstall(context, state)
      return undefined
    case 'install': {
      // It was only left to be said.
      const { active } = await provider.inspect(name)
      if (active === journal.target.rootfs) return saveEnded(context, { ...state, current: journal.target })
      await undoInstall(context, state)
      return undefined
    }
    case 'switch': {
      if (journal.phase !== 'starting') return undoSwitch(context, state)
      try {
        return await finishSwitch(context, state)
      } catch (error) {
        // Whoever interrupts does not say that the release is bad.
        if (isKaweezleError(error, 'INTERRUPTED')) throw error
        return undoSwitch(context, (await context.store.read(name)) ?? state)
      }
    }
  }
}
