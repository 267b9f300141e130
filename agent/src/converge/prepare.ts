import { planPrepare } from '../plan/plan-start.ts'
import { converge } from './converge.ts'
import type { RunContext } from './run-context.ts'

/**
 * Makes the host fit for services and pods, without starting any.
 * @throws AgentError as {@link converge}
 */
export async function prepare(context: RunContext): Promise<void> {
  await converge(context, planPrepare)
}
