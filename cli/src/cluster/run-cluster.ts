import { type Agent, agentOf } from './agent.ts'
import { type ClusterContext, messageOf } from './context.ts'
import type { ClusterState } from './state.ts'

export interface RunningCluster {
  readonly agent: Agent
  /** Without a leading `v`. */
  readonly kubernetes: string
}

/**
 * Starts the active machine and the cluster in it, or finds both started.
 * @throws KaweezleError `TIMED_OUT`, `AGENT_FAILED`, what a provider throws
 */
export async function runCluster(context: ClusterContext, state: ClusterState): Promise<RunningCluster> {
  const { provider, report, wait } = context
  report({ kind: 'step', title: `Starting ${state.name}` })
  await provider.start(state.name, { apiPort: state.apiPort })
  const agent = agentOf(provider, state.name)
  const { kubernetesVersion } = await agent.start({
    wait,
    onLog: (line) => report({ kind: 'log', line }),
  })
  return { agent, kubernetes: kubernetesVersion }
}

/**
 * Ends the cluster in order, then its machine. A cluster that cannot be ended in order is cut off: etcd survives that,
 * and a broken agent must not keep anybody from stopping.
 */
export async function endCluster(
  { provider, report }: ClusterContext,
  { name }: ClusterState,
): Promise<void> {
  const { state } = await provider.inspect(name)
  if (state !== 'running') return
  report({ kind: 'step', title: `Stopping ${name}` })
  try {
    await agentOf(provider, name).stop()
  } catch (error) {
    report({ kind: 'warning', message: `the cluster did not stop in order: ${messageOf(error)}` })
  }
  await provider.stop(name)
}
