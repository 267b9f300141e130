import { AgentError } from '../errors.ts'
import { rootKubeconfigPath } from '../kubeadm/paths.ts'
import type { Command } from './command.ts'

export const kubeconfig: Command = {
  name: 'kubeconfig',
  summary: "Prints root's kubeconfig.",
  about:
    'The server in it is the address that the cluster advertises. With --json it is JSON, which kubectl reads too.',
  settings: ['verbosity', 'json'],
  examples: [
    ['kubeconfig > kwsl.conf', 'puts it into a file'],
    ['kubeconfig --json', 'the same as JSON'],
  ],
  async run({ host, settings }) {
    const text = await host.files.read(rootKubeconfigPath)
    if (text === undefined || text.trim() === '') {
      throw new AgentError('NOT_READY', `there is no kubeconfig: ${rootKubeconfigPath} is not there`, {
        hint: 'Run `iknite start`.',
      })
    }
    return {
      text: text.endsWith('\n') ? text : `${text}\n`,
      document: settings.json ? await asData(text) : undefined,
    }
  },
}

async function asData(text: string): Promise<unknown> {
  const { parse } = await import('yaml')
  try {
    return parse(text)
  } catch (cause) {
    throw new AgentError('FILE_FAILED', `${rootKubeconfigPath} is not YAML`, {
      hint: 'Run `iknite start`: it writes the file anew.',
      cause,
    })
  }
}
