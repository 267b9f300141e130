import type { ApiClient } from '../cluster/api-client.ts'
import { ApiError } from '../cluster/api-error.ts'
import { observeNode } from '../cluster/observe-node.ts'
import { failedChecks } from '../cluster/ready-checks.ts'
import { withClient } from './cluster-client.ts'
import type { ActContext } from './context.ts'
import { containerTail } from './crictl.ts'
import { logTail, serviceLog } from './log-tail.ts'
import { poll, type Sight } from './poll.ts'
import { reviver } from './services.ts'

/** Milliseconds between two looks at whether the kubelet lives. */
const reviveInterval = 2000

/**
 * Waits until the API server says that it is ready, and starts the kubelet again where its process has ended.
 * @throws AgentError `TIMED_OUT` with the reason; `COMMAND_FAILED` when the kubelet keeps ending
 */
export async function awaitApi(context: ActContext): Promise<void> {
  const { host } = context
  const revive = reviver(context, 'kubelet')
  let revivedAt = host.now()
  await poll(
    context,
    async () => {
      const sight = await ask(context, async (client) => {
        const { status, body } = await client.ask('/readyz', { verbose: '' })
        if (status === 200) return { isThere: true }
        return { isThere: false, reason: `its /readyz says ${status}: ${failedChecks(body)}` }
      })
      if (!sight.isThere && host.now() - revivedAt >= reviveInterval) {
        await revive()
        revivedAt = host.now()
      }
      return sight
    },
    {
      what: 'the API server',
      interval: 250,
      slowest: 1000,
      details: async () => [
        ...(await containerTail(host, 'kube-apiserver')),
        ...(await logTail(host, serviceLog('kubelet'))),
      ],
    },
  )
}

/**
 * Waits until the node is ready and has its address.
 * @throws AgentError `TIMED_OUT` with the reason
 */
export async function awaitNode(context: ActContext, name: string, address: string): Promise<void> {
  await poll(
    context,
    () =>
      ask(context, async (client) => {
        const node = await observeNode(client, name)
        if (node === undefined) return { isThere: false, reason: 'the kubelet has not registered it' }
        if (!node.isReady) return { isThere: false, reason: node.reason }
        if (node.addresses.includes(address)) return { isThere: true }
        return {
          isThere: false,
          reason: `it has the address ${node.addresses.join(', ') || 'none'}, not ${address}`,
        }
      }),
    {
      what: `the node ${name}`,
      interval: 250,
      slowest: 1000,
      details: () => logTail(context.host, serviceLog('kubelet')),
    },
  )
}

/** Looks through the API; that it does not answer is a reason to wait. */
export async function ask(context: ActContext, look: (client: ApiClient) => Promise<Sight>): Promise<Sight> {
  try {
    return await withClient(context, look)
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    return { isThere: false, reason: error.message }
  }
}
