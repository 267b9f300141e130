import type { ClusterState } from '../cluster/state.ts'
import { providerNameFor } from '../commands/choose-provider.ts'
import type { World } from '../commands/world.ts'
import { isKaweezleError } from '../errors.ts'
import type { Finding } from '../finding.ts'
import type { Availability, Machine, Provider } from '../providers/provider.ts'
import type { Settings } from '../settings/table.ts'

export interface CheckContext {
  readonly world: World
  readonly settings: Settings
}

/**
 * What several checks need to know, each found out once. What throws here is told by the one check that it is for; to
 * all others it is undefined.
 */
export interface Scene extends CheckContext {
  /** @throws KaweezleError `STATE_INVALID`, `FILE_FAILED` */
  state(): Promise<ClusterState | undefined>
  /** @throws KaweezleError `USAGE` */
  provider(): Promise<{ readonly provider: Provider; readonly availability: Availability }>
  /** @throws KaweezleError what a provider throws */
  machine(): Promise<Machine | undefined>
  readonly seen: {
    state(): Promise<ClusterState | undefined>
    /** One that can be used. */
    provider(): Promise<Provider | undefined>
    machine(): Promise<Machine | undefined>
  }
}

export type Check = (scene: Scene) => Promise<readonly Finding[]>

export function openScene({ world, settings }: CheckContext): Scene {
  const state = once(() => world.store.read(settings.name))
  const seenState = lenient(state)
  const provider = once(async () => {
    const name = providerNameFor({ world, settings }, await seenState())
    const opened = await world.providers[name]()
    return { provider: opened, availability: await opened.probe() }
  })
  const seenProvider = lenient(async () => {
    const found = await provider()
    return found.availability.isUsable ? found.provider : undefined
  })
  const machine = once(async () => (await seenProvider())?.inspect(settings.name))
  return {
    ...{ world, settings, state, provider, machine },
    seen: { state: seenState, provider: seenProvider, machine: lenient(machine) },
  }
}

function once<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined
  return () => {
    found ??= find()
    return found
  }
}

function lenient<T>(find: () => Promise<T>): () => Promise<T | undefined> {
  return async () => {
    try {
      return await find()
    } catch (error) {
      if (isKaweezleError(error) && error.code !== 'INTERRUPTED') return undefined
      throw error
    }
  }
}
