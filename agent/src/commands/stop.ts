import type { Command } from './command.ts'
import { exclusiveRun } from './exclusive-run.ts'

export const stop: Command = {
  name: 'stop',
  summary: 'Ends all that runs of the cluster, and keeps its data.',
  about: `In order: kubelet, pods, runtime; then what they left: processes, mounts, links, chains of iptables and the
address. The next start goes on from there.`,
  settings: ['wait', 'address', 'interface', 'verbosity', 'json'],
  examples: [['stop', 'stops the cluster']],
  isLogged: true,
  async run(context) {
    await exclusiveRun(context, 'stop', (run) => context.work.stop(run))
    return { text: 'The cluster is stopped\n', document: { state: 'stopped' } }
  },
}
