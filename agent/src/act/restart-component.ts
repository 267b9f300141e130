import { AgentError } from '../errors.ts'
import type { Component } from '../kubeadm/components.ts'
import type { ActContext } from './context.ts'
import { timedOut } from './context.ts'
import { containerTail, crictl, idsIn, listContainers, tryCrictl } from './crictl.ts'
import { logTail, serviceLog } from './log-tail.ts'

/** Milliseconds; the kubelet waits longer each time that a container ends. */
const ownLimit = 60_000
const interval = 250

/**
 * Ends a component's container, and waits for the one that the kubelet starts in its place. Where none runs, the
 * next one reads what is new by itself.
 * @throws AgentError `COMMAND_FAILED` when none comes
 */
export async function restartComponent(context: ActContext, component: Component): Promise<void> {
  const { host } = context
  const before = new Set(await running(context, component))
  if (before.size === 0) return
  for (const id of before) {
    // One that has ended meanwhile is what is wanted.
    await tryCrictl(context, ['stop', '-t', '10', id], { limit: 30_000 })
  }
  const end = Math.min(host.now() + ownLimit, context.deadline)
  while (host.now() < end) {
    if ((await running(context, component)).some((id) => !before.has(id))) return
    await host.sleep(Math.max(0, Math.min(interval, end - host.now())))
  }
  throw await failure(context, component)
}

async function running(context: ActContext, component: Component): Promise<readonly string[]> {
  const { stdout } = await crictl(context, listContainers(component), { isPoll: true, limit: 10_000 })
  return idsIn(stdout)
}

async function failure({ host, deadline }: ActContext, component: Component): Promise<AgentError> {
  const details = [...(await containerTail(host, component)), ...(await logTail(host, serviceLog('kubelet')))]
  if (host.now() >= deadline) {
    return timedOut(
      component,
      'the kubelet had not started it again when the time of the run was over',
      details,
    )
  }
  return new AgentError(
    'COMMAND_FAILED',
    `the kubelet did not start ${component} again within ${ownLimit / 1000} s`,
    {
      hint: `Look at ${serviceLog('kubelet')}.`,
      details,
    },
  )
}
