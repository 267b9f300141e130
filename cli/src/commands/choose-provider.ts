import type { ClusterState } from '../cluster/state.ts'
import { KaweezleError } from '../errors.ts'
import type { Provider } from '../providers/provider.ts'
import type { CommandContext } from './command.ts'
import type { ProviderName } from './world.ts'

type Choice = Pick<CommandContext, 'world' | 'settings'>

/**
 * Which provider a cluster has, or a new one gets.
 * @throws KaweezleError `USAGE` when another one is asked for than the cluster has
 */
export function providerNameFor({ world, settings }: Choice, state: ClusterState | undefined): ProviderName {
  const { provider, name } = settings
  if (provider === 'auto') return state?.provider ?? (world.platform === 'win32' ? 'wsl' : 'docker')
  if (state === undefined || state.provider === provider) return provider
  throw new KaweezleError(
    'USAGE',
    `the cluster ${name} is run by ${state.provider}, and not by ${provider}`,
    {
      hint: 'Leave --provider out, or choose another name for another cluster.',
    },
  )
}

/**
 * The provider of a cluster, known to work.
 * @throws KaweezleError `PROVIDER_UNAVAILABLE`, `USAGE`
 */
export async function openProvider(choice: Choice, state: ClusterState | undefined): Promise<Provider> {
  const name = providerNameFor(choice, state)
  const provider = await choice.world.providers[name]()
  const availability = await provider.probe()
  if (availability.isUsable) return provider
  throw new KaweezleError('PROVIDER_UNAVAILABLE', `${name} cannot be used: ${availability.reason}`, {
    hint: availability.hint,
  })
}

/** Those providers that work here, for looking at what they have. */
export async function usableProviders({ world, settings }: Choice): Promise<readonly Provider[]> {
  const names = Object.keys(world.providers) as ProviderName[]
  const wanted = names.filter((name) => settings.provider === 'auto' || settings.provider === name)
  const probed = await Promise.all(
    wanted.map(async (name) => {
      const provider = await world.providers[name]()
      return (await provider.probe()).isUsable ? [provider] : []
    }),
  )
  return probed.flat()
}
