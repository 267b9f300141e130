import type { Command } from './command.ts'
import { exclusiveRun } from './exclusive-run.ts'

export const reset: Command = {
  name: 'reset',
  summary: 'Stops the cluster and removes it with its data.',
  about: `The next start makes a new cluster. With --keep-data it makes the same cluster again: etcd's data, the
authorities and the volumes of local-path stay.`,
  settings: ['wait', 'address', 'interface', 'verbosity', 'json'],
  switches: { 'keep-data': "keep etcd's data, the authorities and the volumes of local-path" },
  examples: [
    ['reset', 'removes the cluster and all that is in it'],
    ['reset --keep-data', 'removes all but what the cluster can be made from again'],
  ],
  isLogged: true,
  async run(context) {
    const keepsData = context.switches.has('keep-data')
    await exclusiveRun(context, 'stop', (run) => context.work.reset(run, { keepsData }))
    const text = keepsData ? 'The cluster is removed, but for its data\n' : 'The cluster is removed\n'
    return { text, document: { state: 'stopped', keptData: keepsData } }
  },
}
