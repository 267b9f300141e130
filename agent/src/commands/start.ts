import { settingKeys } from '../settings/table.ts'
import type { Command } from './command.ts'
import { exclusiveRun } from './exclusive-run.ts'

export const start: Command = {
  name: 'start',
  summary: 'Makes this system a ready cluster, or finds that it is one.',
  about: `It may be run at any time: what is done already is not done again, and what a killed run left is finished.
A new address costs seconds: etcd's data, the authorities and the workloads stay.`,
  settings: settingKeys,
  examples: [
    ['start', 'starts the cluster, or makes one'],
    ['start --name kwsl -v debug', 'the same, called kwsl, with all that is done'],
    ['start --wait 600 --json', 'for programs: up to ten minutes, logs and result as JSON'],
  ],
  isLogged: true,
  async run(context) {
    const result = await exclusiveRun(context, 'prepare', (run) => context.work.start(run))
    const outer = result.outerAddress === undefined ? '' : `, reached from outside at ${result.outerAddress}`
    const text = `${result.name} is ready: Kubernetes ${result.kubernetesVersion} at ${result.address}${outer}\n`
    return { text, document: { state: 'ready', ...result } }
  },
}
