import { perform } from '../act/perform.ts'
import { observe } from '../observe/observe.ts'
import type { Action, Plan } from '../plan/action.ts'
import type { Snapshot } from '../plan/snapshot.ts'
import type { Settings } from '../settings/settings.ts'
import { phaseOf } from './phase.ts'
import { refusalError } from './refusal-error.ts'
import { repeatUntilDone } from './repeat.ts'
import type { RunContext } from './run-context.ts'

/** What was seen when nothing was left to do. */
export interface Converged {
  readonly snapshot: Snapshot
  /** How many actions it took. */
  readonly actions: number
}

/**
 * Brings the node to where a plan has nothing left to do.
 * @throws AgentError what a plan refuses, what an action fails with, and `NOT_CONVERGING`
 */
export async function converge(
  context: RunContext,
  plan: (snapshot: Snapshot, settings: Settings) => Plan,
): Promise<Converged> {
  const { host, settings, logger, status } = context
  let snapshot: Snapshot | undefined
  const actions = await repeatUntilDone(
    async () => {
      snapshot = await observe(host, settings)
      await status.observed(snapshot)
      return allowed(plan(snapshot, settings))
    },
    async (action) => {
      const phase = phaseOf(action)
      if (phase !== undefined) await status.enterPhase(phase)
      logger.debug(`next: ${action.kind}`)
      await perform(action, context)
    },
  )
  if (snapshot === undefined) throw new Error('nothing was observed')
  return { snapshot, actions }
}

function allowed(plan: Plan): readonly Action[] {
  if (plan.kind === 'actions') return plan.actions
  throw refusalError(plan)
}
