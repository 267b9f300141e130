import { findProcess, listProcesses } from '../observe/processes.ts'
import { observeRuntime } from '../observe/runtime.ts'
import type { ActContext } from './context.ts'
import { logTail, serviceLog } from './log-tail.ts'
import { poll, type Sight } from './poll.ts'
import { reviver } from './services.ts'

/** Milliseconds between two looks at whether the runtime's process lives. */
const reviveInterval = 1000

/**
 * Waits until the container runtime can run pods, and starts it again where its process has ended.
 * @throws AgentError `TIMED_OUT` with its reason; `COMMAND_FAILED` when it keeps ending
 */
export async function awaitRuntime(context: ActContext): Promise<void> {
  const { host } = context
  const revive = reviver(context, 'crio')
  let revivedAt = host.now()
  await poll(
    context,
    async () => {
      const sight = await look(context)
      if (!sight.isThere && host.now() - revivedAt >= reviveInterval) {
        await revive()
        revivedAt = host.now()
      }
      return sight
    },
    { what: 'the container runtime', interval: 250, details: () => logTail(host, serviceLog('crio')) },
  )
}

async function look({ host }: ActContext): Promise<Sight> {
  const process = await findProcess(host, await listProcesses(host), 'crio')
  const runtime = await observeRuntime(host, process)
  if (runtime.state === 'ready') return { isThere: true }
  if (runtime.state === 'starting') return { isThere: false, reason: runtime.reason }
  return { isThere: false, reason: process === undefined ? 'crio does not run' : 'crio does not listen yet' }
}
