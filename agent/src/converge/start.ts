import { decideGoal } from '../plan/goal.ts'
import { planStart } from '../plan/plan-start.ts'
import { converge } from './converge.ts'
import type { RunContext } from './run-context.ts'

export interface StartResult {
  readonly name: string
  /** What the cluster advertises. */
  readonly address: string
  /** That of the default route. */
  readonly outerAddress?: string
  /** Without a leading `v`. */
  readonly kubernetesVersion: string
  /** How many actions it took; none where the cluster was ready. */
  readonly actions: number
}

/**
 * Makes the node a ready cluster, or finds that it is one.
 * @throws AgentError as {@link converge}; `TIMED_OUT` past the deadline, with what is not ready and why
 */
export async function start(context: RunContext): Promise<StartResult> {
  const { settings, status } = context
  await status.enterPhase('prepare')
  const { snapshot, actions } = await converge(context, planStart)
  const { record } = decideGoal(snapshot, settings)
  const outer = snapshot.network.outer?.address
  await status.ready(snapshot)
  return {
    name: record.name,
    address: record.address,
    ...(outer !== undefined && { outerAddress: outer }),
    kubernetesVersion: record.kubernetesVersion,
    actions,
  }
}
