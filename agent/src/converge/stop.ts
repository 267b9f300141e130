import { performStop } from '../act/perform-stop.ts'
import { observeRemains } from '../observe/observe-remains.ts'
import { planStop } from '../plan/plan-stop.ts'
import { repeatUntilDone } from './repeat.ts'
import type { RunContext } from './run-context.ts'

/**
 * Ends all that runs of the cluster, and takes away what it left outside of its files: WSL distributions share one
 * network.
 * @throws AgentError what an action fails with; `NOT_CONVERGING` where something cannot be ended
 */
export async function stop(context: RunContext): Promise<void> {
  const { host, settings, status } = context
  await status.enterPhase('stop')
  await repeatUntilDone(
    async () => planStop(await observeRemains(host, settings)),
    (action) => performStop(action, context),
  )
  await status.stopped()
}
