import type { ClusterContext } from '../cluster/context.ts'
import { recover } from '../cluster/recover.ts'
import type { ClusterState, Installed } from '../cluster/state.ts'
import { KaweezleError } from '../errors.ts'
import type { Provider } from '../providers/provider.ts'
import { openProvider } from './choose-provider.ts'
import type { CommandContext } from './command.ts'

/** A cluster that is there and whole. */
export interface InstalledCluster {
  readonly context: ClusterContext
  readonly state: ClusterState & { readonly current: Installed }
}

export interface ClusterBodies<T> {
  /** What to do where there is none. */
  absent(): Promise<T>
  installed(cluster: InstalledCluster): Promise<T>
}

/**
 * Does what changes a cluster: alone, and after what a killed command left is in order.
 * @throws KaweezleError what the bodies throw; `BUSY`, `STATE_INVALID`, `PROVIDER_UNAVAILABLE`, `USAGE`
 */
export function withCluster<T>(command: CommandContext, bodies: ClusterBodies<T>): Promise<T> {
  return withLock(command, async () => {
    const found = await command.world.store.read(command.settings.name)
    if (found === undefined) return bodies.absent()
    const context = clusterContext(command, await openProvider(command, found))
    const state = await recover(context, found)
    if (state?.current === undefined) return bodies.absent()
    return bodies.installed({ context, state: { ...state, current: state.current } })
  })
}

/** Does something while no other command changes the cluster. */
export function withLock<T>(command: CommandContext, body: () => Promise<T>): Promise<T> {
  const { world, settings, report } = command
  return world.lock(
    settings.name,
    {
      patience: settings.wait * 1000,
      onWait: () =>
        report({ kind: 'step', title: `Waiting for another kaweezle that works on ${settings.name}` }),
    },
    body,
  )
}

/** What the verbs of a cluster work with. */
export function clusterContext(command: CommandContext, provider: Provider): ClusterContext {
  const { world, settings, report } = command
  return { provider, store: world.store, report, now: () => world.now(), wait: settings.wait }
}

/** What there is to say of a cluster that is not there. */
export function notInstalled(name: string): KaweezleError {
  return new KaweezleError('NOT_READY', `the cluster ${name} is not installed`, {
    hint: `Run \`kaweezle start --name ${name}\`, or see \`kaweezle list\`.`,
  })
}
