import { agentOf } from '../cluster/agent.ts'
import { newId } from '../cluster/context.ts'
import type { SwitchJournal } from '../cluster/state.ts'
import { switchTo } from '../cluster/switch.ts'
import { assertAlone } from './assert-alone.ts'
import { accessTo, refreshContext } from './cluster-access.ts'
import type { CommandContext, CommandResult, Run } from './command.ts'
import { assertSpace } from './disk-space.ts'
import { installedFrom, releaseRequest } from './install-cluster.ts'
import { type InstalledCluster, notInstalled, withCluster } from './with-cluster.ts'

/** `kaweezle update` */
export const update: Run = (command) =>
  withCluster(command, {
    absent: () => Promise.reject(notInstalled(command.settings.name)),
    installed: (cluster) => updateCluster(command, cluster),
  })

async function updateCluster(
  command: CommandContext,
  { context, state }: InstalledCluster,
): Promise<CommandResult> {
  const { world, settings, report } = command
  const { name, current } = state
  const { provider } = context
  await assertAlone(provider, name)
  const request = await releaseRequest(command, provider, current.release.version)
  report({ kind: 'step', title: `Looking for the release ${settings.release}` })
  const release = await world.releases.find(request)
  if (release.rootfs.sha256 === current.release.sha256) {
    const text = `${name} has ${current.release.version} already: there is nothing to do\n`
    return { text, document: { name, changed: false, release: current.release } }
  }
  await assertSpace(command, { provider, release, dataBytes: (await provider.dataBytes(name)) ?? 0 })
  const { path: tarball } = await world.releases.fetch(release, request)
  const target = installedFrom(release, world.now())
  const journal: SwitchJournal = {
    kind: 'switch',
    verb: 'update',
    phase: 'staging',
    from: current,
    target,
    keep: newId(world.now()),
  }
  const done = await switchTo(context, state, { journal, tarball })
  const access = await accessTo(agentOf(provider, name), done)
  await refreshContext(command, access)
  const from = current.release
  return {
    text: `${name} is updated from ${from.version} to ${target.release.version}, and ready\n\`kaweezle rollback\` goes back.\n`,
    document: { name, changed: true, release: target.release, former: from, server: access.server },
  }
}
