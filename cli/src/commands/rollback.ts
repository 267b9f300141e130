import { agentOf } from '../cluster/agent.ts'
import { newId } from '../cluster/context.ts'
import { switchTo } from '../cluster/switch.ts'
import { KaweezleError } from '../errors.ts'
import { assertAlone } from './assert-alone.ts'
import { accessTo, refreshContext } from './cluster-access.ts'
import type { CommandContext, CommandResult, Run } from './command.ts'
import { assertRoom } from './disk-space.ts'
import { type InstalledCluster, notInstalled, withCluster } from './with-cluster.ts'

/** `kaweezle rollback` */
export const rollback: Run = (command) =>
  withCluster(command, {
    absent: () => Promise.reject(notInstalled(command.settings.name)),
    installed: (cluster) => rollBack(command, cluster),
  })

async function rollBack(
  command: CommandContext,
  { context, state }: InstalledCluster,
): Promise<CommandResult> {
  const { name, current, former } = state
  if (former === undefined) {
    throw new KaweezleError('NOT_READY', `${name} was not updated: there is no release to go back to`, {
      hint: 'Take it to another release with `kaweezle update --release TAG --allow-downgrade`.',
    })
  }
  const { provider } = context
  await assertAlone(provider, name)
  const dataBytes = (await provider.dataBytes(name)) ?? 0
  await assertRoom(provider, 2 * dataBytes, 'for a copy of the data, and for those of then')
  const { snapshot, ...target } = former
  const done = await switchTo(context, state, {
    journal: {
      kind: 'switch',
      verb: 'rollback',
      phase: 'staging',
      from: current,
      target,
      keep: newId(command.world.now()),
      restore: snapshot,
    },
    tarball: undefined,
  })
  const access = await accessTo(agentOf(provider, name), done)
  await refreshContext(command, access)
  return {
    text: `${name} is back at ${target.release.version} with its data of then, and ready\nAnother \`kaweezle rollback\` returns to ${current.release.version}.\n`,
    document: {
      name,
      changed: true,
      release: target.release,
      former: current.release,
      server: access.server,
    },
  }
}
