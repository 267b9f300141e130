import { ApiError } from '../cluster/api-error.ts'
import { explainWorkloads } from '../cluster/explain.ts'
import { observeWorkloads } from '../cluster/observe-workloads.ts'
import { ask } from './await-cluster.ts'
import { withClient } from './cluster-client.ts'
import type { ActContext } from './context.ts'
import { poll } from './poll.ts'

/** A controller may not have seen yet what was just applied: one look may come too early. */
const looksNeeded = 2

/**
 * Waits until all workloads have been ready twice in a row, a second apart.
 * @throws AgentError `TIMED_OUT` with what each of the others lacks
 */
export async function awaitWorkloads(context: ActContext): Promise<void> {
  let ready = 0
  await poll(
    context,
    async () => {
      const sight = await ask(context, async (client) => {
        const workloads = await observeWorkloads(client)
        const waiting = workloads.filter(({ isReady }) => !isReady)
        if (waiting.length === 0) return { isThere: true }
        const names = waiting.map(({ name }) => name).join(', ')
        return { isThere: false, reason: `${waiting.length} of ${workloads.length} are not ready: ${names}` }
      })
      if (!sight.isThere) {
        ready = 0
        return sight
      }
      ready += 1
      if (ready >= looksNeeded) return sight
      return { isThere: false, reason: 'all are ready, and have to be so for a second' }
    },
    { what: 'the workloads', interval: 1000, newsInterval: 0, details: () => explain(context) },
  )
}

async function explain(context: ActContext): Promise<readonly string[]> {
  try {
    return await withClient(context, explainWorkloads)
  } catch (error) {
    if (error instanceof ApiError) return [error.message]
    throw error
  }
}
