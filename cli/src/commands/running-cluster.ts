import { type Agent, agentOf } from '../cluster/agent.ts'
import type { ClusterState } from '../cluster/state.ts'
import { KaweezleError } from '../errors.ts'
import type { Provider } from '../providers/provider.ts'
import { openProvider } from './choose-provider.ts'
import type { CommandContext } from './command.ts'
import { notInstalled } from './with-cluster.ts'

/** A machine that runs, to look into. Nothing of it is changed, so it is not locked. */
export interface RunningMachine {
  readonly state: ClusterState
  readonly provider: Provider
  readonly agent: Agent
}

/** @throws KaweezleError `NOT_READY` when there is none or it does not run, `PROVIDER_UNAVAILABLE` */
export async function openRunning(command: CommandContext): Promise<RunningMachine> {
  const { name } = command.settings
  const state = await command.world.store.read(name)
  if (state?.current === undefined) throw notInstalled(name)
  warnOfJournal(command, state)
  const provider = await openProvider(command, state)
  const machine = await provider.inspect(name)
  if (machine.state === 'running') return { state, provider, agent: agentOf(provider, name) }
  throw new KaweezleError('NOT_READY', `the cluster ${name} is not running`, {
    hint: `Run \`kaweezle start --name ${name}\`.`,
  })
}

/** Tells of what a killed command left: the next one that changes the cluster puts it in order. */
export function warnOfJournal({ report }: CommandContext, { name, journal }: ClusterState): void {
  if (journal === undefined) return
  const verb = journal.kind === 'switch' ? journal.verb : journal.kind
  const message = `the last ${verb} of ${name} has not ended: it goes on, or was cut off; \`kaweezle start\` puts that in order`
  report({ kind: 'warning', message })
}
