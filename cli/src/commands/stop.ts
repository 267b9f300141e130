import { endCluster } from '../cluster/run-cluster.ts'
import type { CommandResult, Run } from './command.ts'
import { withCluster } from './with-cluster.ts'

/** `kaweezle stop` */
export const stop: Run = (command) => {
  const { name } = command.settings
  return withCluster(command, {
    absent: async () => result(name, false, `${name} is not installed: there is nothing to stop`),
    async installed({ context, state }) {
      const machine = await context.provider.inspect(name)
      if (machine.state !== 'running') return result(name, false, `${name} is stopped already`)
      await endCluster(context, state)
      return result(name, true, `${name} is stopped`)
    },
  })
}

function result(name: string, changed: boolean, text: string): CommandResult {
  return { text: `${text}\n`, document: { name, changed } }
}
