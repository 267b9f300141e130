import type { ClusterState } from '../cluster/state.ts'
import { uninstall as uninstallCluster } from '../cluster/uninstall.ts'
import { isKaweezleError } from '../errors.ts'
import { openProvider, usableProviders } from './choose-provider.ts'
import type { CommandContext, CommandResult, Run } from './command.ts'
import { clusterContext, withLock } from './with-cluster.ts'

/** `kaweezle uninstall` */
export const uninstall: Run = async (command) => {
  const { world, settings, options } = command
  const { name } = settings
  const found = await find(command)
  if (found.isThere) await command.confirm(`Remove the cluster ${name} with all of its data?`)
  return withLock(command, async () => {
    // Another command may have ended while the question stood.
    const { state, isThere } = await find(command)
    if (state !== undefined) {
      await uninstallCluster(clusterContext(command, await openProvider(command, state)), state)
    } else if (isThere) {
      await removeParts(command)
    }
    const { removed, restored } = await world.kubeconfigs.remove(name, { file: settings.kubeconfig })
    if (options.has('purge')) await world.releases.prune(await digestsInUse(command))
    return result(name, { changed: isThere || removed, restored })
  })
}

interface Found {
  readonly state: ClusterState | undefined
  /** Parts may be there without a state. */
  readonly isThere: boolean
}

async function find(command: CommandContext): Promise<Found> {
  const { name } = command.settings
  const state = await command.world.store.read(name)
  if (state !== undefined) return { state, isThere: true }
  const providers = await usableProviders(command)
  const lists = await Promise.all(providers.map((provider) => provider.list()))
  return { state, isThere: lists.some((names) => names.includes(name)) }
}

async function removeParts(command: CommandContext): Promise<void> {
  const { name } = command.settings
  command.report({ kind: 'step', title: `Removing ${name}` })
  for (const provider of await usableProviders(command)) {
    if ((await provider.list()).includes(name)) await provider.remove(name)
  }
}

/** Of the releases of the other clusters. One whose state is damaged keeps nothing from being removed. */
async function digestsInUse({ world }: CommandContext): Promise<readonly string[]> {
  const digests: string[] = []
  for (const name of await world.store.names()) {
    try {
      const state = await world.store.read(name)
      for (const each of [state?.current, state?.former]) if (each) digests.push(each.release.sha256)
    } catch (error) {
      if (!isKaweezleError(error, 'STATE_INVALID')) throw error
    }
  }
  return digests
}

function result(name: string, told: { changed: boolean; restored: string | undefined }): CommandResult {
  const { changed, restored } = told
  const again = restored === undefined ? '' : `The current context is ${restored} again.\n`
  return {
    text: `${changed ? `${name} is removed` : `${name} is not installed: there is nothing to remove`}\n${again}`,
    document: { name, changed, ...(restored === undefined ? {} : { restoredContext: restored }) },
  }
}
