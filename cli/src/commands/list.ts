import { isKaweezleError } from '../errors.ts'
import { columns } from '../output/rows.ts'
import type { Provider } from '../providers/provider.ts'
import { usableProviders } from './choose-provider.ts'
import { serverOf } from './cluster-access.ts'
import type { CommandContext, Run } from './command.ts'
import { warnOfJournal } from './running-cluster.ts'

/** One cluster of `kaweezle list`. */
interface Listed {
  readonly name: string
  /** `damaged`: its state cannot be read. `unknown`: its provider does not work, or knows it and we do not. */
  readonly state: 'absent' | 'stopped' | 'running' | 'damaged' | 'unknown'
  readonly provider?: string
  readonly version?: string
  readonly server?: string
}

/** `kaweezle list` */
export const list: Run = async (command) => {
  const providers = await usableProviders(command)
  const known = await command.world.store.names()
  const clusters: Listed[] = []
  for (const name of known) clusters.push(await describe(command, name, providers))
  for (const provider of providers) {
    const strangers = (await provider.list()).filter((name) => !known.includes(name))
    for (const name of strangers) clusters.push({ name, state: 'unknown', provider: provider.name })
  }
  const rows = clusters.map(({ name, state, provider, version, server }) => [
    name,
    state,
    version ?? '-',
    provider ?? '-',
    server ?? '-',
  ])
  const text =
    clusters.length === 0
      ? 'There are no clusters: `kaweezle start` makes one.\n'
      : columns([['NAME', 'STATE', 'RELEASE', 'PROVIDER', 'SERVER'], ...rows])
  return { text, document: { clusters } }
}

async function describe(
  command: CommandContext,
  name: string,
  providers: readonly Provider[],
): Promise<Listed> {
  const { world, report } = command
  try {
    const state = await world.store.read(name)
    if (state === undefined) return { name, state: 'absent' }
    warnOfJournal(command, state)
    const provider = providers.find((one) => one.name === state.provider)
    const machine = await provider?.inspect(name)
    return {
      name,
      state: machine?.state ?? 'unknown',
      provider: state.provider,
      ...(state.current && { version: state.current.release.version }),
      server: serverOf(state),
    }
  } catch (error) {
    // One damaged cluster hides none of the others.
    if (!isKaweezleError(error, 'STATE_INVALID')) throw error
    report({ kind: 'warning', message: error.message })
    return { name, state: 'damaged' }
  }
}
