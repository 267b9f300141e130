import { openProvider } from './choose-provider.ts'
import type { CommandResult, Run } from './command.ts'
import { installCluster, warnOfOtherRelease } from './install-cluster.ts'
import { type InstalledCluster, withCluster } from './with-cluster.ts'

/** `kaweezle install` */
export const install: Run = (command) =>
  withCluster(command, {
    absent: async () => result(await installCluster(command, await openProvider(command, undefined)), true),
    installed: async (cluster) => {
      warnOfOtherRelease(command, cluster.state)
      return result(cluster, false)
    },
  })

function result({ state }: InstalledCluster, changed: boolean): CommandResult {
  const { name, provider, apiPort, current } = state
  const what = `${name} is ${changed ? 'installed' : 'already installed'}: ${current.release.version}, run by ${provider}`
  return {
    text: `${what}\nStart it with: kaweezle start --name ${name}\n`,
    document: { name, provider, changed, apiPort, release: current.release },
  }
}
