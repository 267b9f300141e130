import type { Command } from './command.ts'

export const version: Command = {
  name: 'version',
  summary: 'Prints the version of this program.',
  about: '`info versions` also knows those of Kubernetes and of the runtime.',
  settings: ['verbosity', 'json'],
  examples: [['version', 'e.g. iknite 0.1.0']],
  run: async ({ version }) => ({ text: `iknite ${version}\n`, document: { version } }),
}
