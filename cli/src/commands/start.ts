import { runCluster } from '../cluster/run-cluster.ts'
import { assertAlone } from './assert-alone.ts'
import { openProvider } from './choose-provider.ts'
import { accessTo, putContext } from './cluster-access.ts'
import type { CommandContext, CommandResult, Run } from './command.ts'
import { installCluster, warnOfOtherRelease } from './install-cluster.ts'
import { portClashes } from './port-clashes.ts'
import { type InstalledCluster, withCluster } from './with-cluster.ts'

/** `kaweezle start` */
export const start: Run = (command) =>
  withCluster(command, {
    async absent() {
      const provider = await openProvider(command, undefined)
      // Before the download.
      await assertAlone(provider, command.settings.name)
      return run(command, await installCluster(command, provider), true)
    },
    async installed(cluster) {
      warnOfOtherRelease(command, cluster.state)
      await assertAlone(cluster.context.provider, cluster.state.name)
      return run(command, cluster, false)
    },
  })

async function run(
  command: CommandContext,
  { context, state }: InstalledCluster,
  isNew: boolean,
): Promise<CommandResult> {
  const clashes = await portClashes(context.provider, state.name)
  for (const message of clashes) command.report({ kind: 'warning', message })
  const { agent, kubernetes } = await runCluster(context, state)
  const access = await accessTo(agent, state)
  const { path, switched, warnings } = await putContext(command, access)
  const { name, provider, current } = state
  const { server } = access
  return {
    text: [
      `${name} is ready: Kubernetes ${kubernetes} at ${server}`,
      switched ? 'kubectl uses it now:' : 'Use it with:',
      `  kubectl ${switched ? '' : `--context ${name} `}get nodes`,
      '',
    ].join('\n'),
    document: {
      name,
      provider,
      installed: isNew,
      release: current.release,
      kubernetes,
      server,
      context: name,
      kubeconfig: path,
      switchedContext: switched,
      warnings,
    },
  }
}
