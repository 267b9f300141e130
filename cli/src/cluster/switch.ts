import { isKaweezleError, KaweezleError } from '../errors.ts'
import { cleanUp } from './clean-up.ts'
import { type ClusterContext, messageOf, save } from './context.ts'
import { endCluster, runCluster } from './run-cluster.ts'
import type { ClusterState, SwitchJournal } from './state.ts'

/**
 * Exchanges the root filesystem of a cluster for another, with the data as they are or as a snapshot has them, and
 * waits until it is ready. Where that fails, the former one is put back with its data, and started.
 * @param tarball the path of the verified `rootfs.tar.gz` of the target; undefined where it is imported already
 * @throws KaweezleError `UPDATE_UNDONE` when the cluster is again as it was; what undoing itself throws
 */
export async function switchTo(
  context: ClusterContext,
  state: ClusterState,
  { journal, tarball }: { journal: SwitchJournal; tarball: string | undefined },
): Promise<ClusterState> {
  const begun = await save(context, state, { journal: { ...journal, phase: 'staging' } })
  if (tarball !== undefined) {
    context.report({ kind: 'step', title: `Importing ${journal.target.release.version}` })
    await orAbandon(context, begun, () =>
      context.provider.importRootfs(state.name, journal.target.rootfs, tarball),
    )
  }
  return orUndo(context, await enter(context, begun, 'switching'), async (switching) => {
    await exchange(context, switching, journal)
    return finishSwitch(context, await enter(context, switching, 'starting'))
  })
}

/** From the exchanged root filesystem to a ready cluster, and the end of the journal. */
export async function finishSwitch(context: ClusterContext, state: ClusterState): Promise<ClusterState> {
  const journal = journalOf(state)
  await runCluster(context, state)
  return cleanUp(context, {
    ...state,
    current: journal.target,
    former: { ...journal.from, snapshot: journal.keep },
  })
}

/**
 * Goes back to where a switch began, from wherever it has come to.
 * @throws KaweezleError what starting the former root filesystem throws: the journal then stays
 */
export async function undoSwitch(context: ClusterContext, state: ClusterState): Promise<ClusterState> {
  const { provider, report } = context
  const { name } = state
  const journal = journalOf(state)
  if (journal.phase === 'staging') return cleanUp(context, state)
  report({ kind: 'step', title: `Going back to ${journal.from.release.version}` })
  const undoing = await enter(context, state, 'undoing')
  await endCluster(context, state)
  const { snapshots } = await provider.inspect(name)
  // Without it the data have not been touched: they are copied before anything else is done to them.
  if (snapshots.includes(journal.keep)) await provider.restoreSnapshot(name, journal.keep)
  await provider.activate(name, journal.from.rootfs)
  await runCluster(context, undoing)
  return cleanUp(context, undoing)
}

async function exchange(context: ClusterContext, state: ClusterState, journal: SwitchJournal): Promise<void> {
  const { provider, report } = context
  await endCluster(context, state)
  report({ kind: 'step', title: 'Keeping a copy of the data' })
  await provider.takeSnapshot(state.name, journal.keep)
  if (journal.restore !== undefined) await provider.restoreSnapshot(state.name, journal.restore)
  await provider.activate(state.name, journal.target.rootfs)
}

async function orUndo(
  context: ClusterContext,
  state: ClusterState,
  body: (state: ClusterState) => Promise<ClusterState>,
): Promise<ClusterState> {
  try {
    return await body(state)
  } catch (error) {
    // Whoever interrupts wants an end now; the next command goes on from the journal.
    if (isKaweezleError(error, 'INTERRUPTED')) throw error
    const { name } = state
    context.report({ kind: 'warning', message: `it failed: ${messageOf(error)}` })
    const current = (await context.store.read(name)) ?? state
    const { from, target, verb } = journalOf(current)
    await undoSwitch(context, current)
    const message = `the ${verb} of ${name} to ${target.release.version} failed, and ${from.release.version} is running again: ${messageOf(error)}`
    throw new KaweezleError('UPDATE_UNDONE', message, { ...advice(error), cause: error })
  }
}

async function orAbandon(
  context: ClusterContext,
  state: ClusterState,
  body: () => Promise<void>,
): Promise<void> {
  try {
    await body()
  } catch (error) {
    if (!isKaweezleError(error, 'INTERRUPTED')) await cleanUp(context, state)
    throw error
  }
}

function enter(
  context: ClusterContext,
  state: ClusterState,
  phase: SwitchJournal['phase'],
): Promise<ClusterState> {
  return save(context, state, { journal: { ...journalOf(state), phase } })
}

function journalOf({ journal }: ClusterState): SwitchJournal {
  if (journal?.kind !== 'switch') throw new Error('no switch is under way')
  return journal
}

function advice(error: unknown): { hint?: string; details?: readonly string[] } {
  if (!isKaweezleError(error)) return {}
  return { ...(error.hint !== undefined && { hint: error.hint }), details: error.details }
}
