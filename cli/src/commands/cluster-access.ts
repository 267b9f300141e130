import type { Agent } from '../cluster/agent.ts'
import type { ClusterState } from '../cluster/state.ts'
import { isKaweezleError } from '../errors.ts'
import type { NamedAccess } from '../kubeconfig/own-entries.ts'
import type { PutResult } from '../kubeconfig/update-kubeconfig.ts'
import type { CommandContext } from './command.ts'

/** Where a cluster's API server is, for this machine. */
export function serverOf({ apiPort }: ClusterState): string {
  return `https://127.0.0.1:${apiPort}`
}

/** How the cluster is reached from outside. */
export async function accessTo(agent: Agent, state: ClusterState): Promise<NamedAccess> {
  // With YAML, which `status` has no use for.
  const { parseAgentKubeconfig } = await import('../kubeconfig/parse-agent-kubeconfig.ts')
  return { ...parseAgentKubeconfig(await agent.kubeconfig()), name: state.name, server: serverOf(state) }
}

/** Merges the context of a cluster into the kubeconfig, and tells of what is odd there. */
export async function putContext(
  { world, settings, report }: CommandContext,
  access: NamedAccess,
): Promise<PutResult> {
  const { kubeconfig: file, useContext, overwrite } = settings
  const result = await world.kubeconfigs.put(access, { file, useContext, overwrite })
  for (const message of result.warnings) report({ kind: 'warning', message })
  return result
}

/** The same where the work is done already: what keeps the context from being merged is told, and undoes nothing. */
export async function refreshContext(command: CommandContext, access: NamedAccess): Promise<void> {
  try {
    await putContext(command, access)
  } catch (error) {
    if (!isKaweezleError(error) || error.code === 'INTERRUPTED') throw error
    command.report({ kind: 'warning', message: `the context was not merged: ${error.message}` })
  }
}
