import { type AgentStatus, agentOf } from '../cluster/agent.ts'
import type { ClusterState, Release } from '../cluster/state.ts'
import { isKaweezleError } from '../errors.ts'
import { fields } from '../output/rows.ts'
import { bytesText } from '../output/units.ts'
import type { Machine, Provider } from '../providers/provider.ts'
import { openProvider } from './choose-provider.ts'
import { serverOf } from './cluster-access.ts'
import type { CommandContext, Run } from './command.ts'
import { dataUsage } from './disk-space.ts'
import { warnOfJournal } from './running-cluster.ts'

/** What `kaweezle status -o json` prints (docs/kaweezle.md). */
export interface StatusDocument {
  readonly schemaVersion: 1
  readonly name: string
  /** Of the machine. */
  readonly state: Machine['state']
  readonly ready: boolean
  readonly provider?: string
  readonly release?: Release
  /** What `rollback` goes back to. */
  readonly former?: Release
  readonly server?: string
  /** What was begun and has not ended. */
  readonly unfinished?: string
  readonly agent?: AgentStatus
  /** Bytes; of the cluster's data. */
  readonly disk?: { readonly used?: number; readonly free: number }
  readonly problems: readonly string[]
}

/** `kaweezle status` */
export const status: Run = async (command) => {
  const state = await command.world.store.read(command.settings.name)
  const document = state === undefined ? absent(command.settings.name) : await look(command, state)
  return { text: statusText(document), document, exitStatus: document.ready ? 0 : 1 }
}

function absent(name: string): StatusDocument {
  const problems = [`it is not installed: \`kaweezle start --name ${name}\` does that`]
  return { schemaVersion: 1, name, state: 'absent', ready: false, problems }
}

async function look(command: CommandContext, state: ClusterState): Promise<StatusDocument> {
  const { name, journal, current, former } = state
  warnOfJournal(command, state)
  const provider = await openProvider(command, state)
  const machine = await provider.inspect(name)
  const { agent, problems } = await askAgent(provider, name, machine)
  const disk = await diskOf(provider, name, machine)
  return {
    schemaVersion: 1,
    name,
    state: machine.state,
    ready: agent?.state === 'ready' && current !== undefined,
    provider: state.provider,
    ...(current && { release: current.release }),
    ...(former && { former: former.release }),
    server: serverOf(state),
    ...(journal && { unfinished: journal.kind === 'switch' ? journal.verb : journal.kind }),
    ...(agent && { agent }),
    ...(disk && { disk }),
    problems,
  }
}

async function askAgent(
  provider: Provider,
  name: string,
  machine: Machine,
): Promise<{ agent?: AgentStatus; problems: readonly string[] }> {
  if (machine.state !== 'running') {
    return { problems: [`it is ${machine.state}: \`kaweezle start --name ${name}\` starts it`] }
  }
  try {
    const agent = await agentOf(provider, name).status()
    const unready = agent.workloads?.unready ?? []
    const workloads = unready.map((one) => `${one.name}: ${one.reason}`)
    return { agent, problems: [...(agent.problems ?? []), ...workloads] }
  } catch (error) {
    // A cluster whose agent does not answer has a status too: that one.
    if (!isKaweezleError(error, 'AGENT_FAILED', 'TIMED_OUT', 'NOT_READY', 'PROVIDER_FAILED')) throw error
    return { problems: [error.message, ...error.details] }
  }
}

async function diskOf(
  provider: Provider,
  name: string,
  machine: Machine,
): Promise<StatusDocument['disk'] | undefined> {
  try {
    if (machine.state === 'running') return await dataUsage(provider, name)
    const free = await provider.freeBytes()
    return free === undefined ? undefined : { free }
  } catch (error) {
    if (isKaweezleError(error, 'NOT_READY', 'PROVIDER_FAILED', 'TIMED_OUT')) return undefined
    throw error
  }
}

function statusText(document: StatusDocument): string {
  const { agent, release, former, disk, problems } = document
  const { cluster, workloads } = agent ?? {}
  const used = disk?.used === undefined ? '' : `${bytesText(disk.used)} used, `
  const rows = fields([
    ['cluster', document.name],
    ['ready', document.ready ? 'yes' : 'no'],
    ['machine', `${document.state}${document.provider === undefined ? '' : ` (${document.provider})`}`],
    ['agent', agent && `${agent.state}${agent.phase === agent.state ? '' : ` (${agent.phase})`}`],
    ['release', release?.version],
    ['rollback', former && `to ${former.version}`],
    ['kubernetes', cluster?.kubernetesVersion ?? release?.kubernetes],
    ['iknite', agent?.agentVersion],
    ['server', document.server],
    [
      'address',
      cluster && `${cluster.address}${cluster.outerAddress ? `, outside ${cluster.outerAddress}` : ''}`,
    ],
    ['workloads', workloads && `${workloads.ready} of ${workloads.count} ready`],
    ['disk', disk && `${used}${bytesText(disk.free)} free`],
    ['unfinished', document.unfinished],
  ])
  return `${rows}${fields(problems.map((problem) => ['problem', problem]))}`
}
