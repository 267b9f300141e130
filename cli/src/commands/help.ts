import { configName } from '../settings/table.ts'
import type { Command } from './command.ts'

const exits = `Exit status: 0 done; 1 failed, or not ready; 2 the command line or a setting is wrong; 3 a release did not pass
verification; 4 a server cannot be reached; 5 timed out; 130 interrupted.`

const order = `Settings come from flags, else from the variables in brackets, else from ${configName}, else the default.`

/** What stands below the list of commands. */
export const overviewFooter = `
kaweezle COMMAND --help explains a command and its flags.
${order}

${exits}

Examples:
  kaweezle start
      gives a cluster, and a context of kubectl called kaweezle
  kaweezle status
      says whether it is ready
  kaweezle update
      takes it to the latest release, with its data`

/** What stands below the flags of a command. */
export function commandFooter({ examples }: Command): string {
  const calls = examples.map(([call, effect]) => `  kaweezle ${call}\n      ${effect}`).join('\n')
  return `\n${order}\n\n${exits}\n\nExamples:\n${calls}`
}
