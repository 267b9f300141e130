import { problemsOf } from '../report/observed.ts'
import { settingKeys } from '../settings/table.ts'
import type { Command } from './command.ts'
import { exclusiveRun } from './exclusive-run.ts'

export const prepare: Command = {
  name: 'prepare',
  summary: 'Makes the host fit for services and pods, and starts none.',
  about: `Modules, sysctls, cgroups, shared mounts, the machine id, the host's name and the address. The OpenRC service
runs it before crio and kubelet start; \`start\` does it by itself.`,
  settings: settingKeys,
  examples: [['prepare', 'prepares the host']],
  isLogged: true,
  async run(context) {
    await exclusiveRun(context, 'prepare', async (run, before) => {
      await context.work.prepare(run)
      // On a node whose cluster runs, preparing changes nothing of that; on one that has booted, nothing runs yet,
      // whatever an earlier life of it has left in /run.
      const snapshot =
        before?.state === 'ready' ? await context.work.observe(run.host, run.settings) : undefined
      if (snapshot !== undefined && problemsOf(snapshot).length === 0) await run.status.ready(snapshot)
      else await run.status.stopped()
    })
    return { text: 'The host is prepared\n', document: { prepared: true } }
  },
}
