import { parseArgs } from 'node:util'
import type { DisplayOptions } from '../render/display.ts'
import { chooseRenderer, rendererNames } from '../render/mode.ts'
import type { FlagTable } from './flags.ts'

/** The flags of every command that say what is shown. */
export const displayFlags = {
  renderer: {
    type: 'string',
    choices: rendererNames,
    help: 'how progress is shown: auto draws a tree on a terminal and plain\nlines elsewhere; json prints one event a line (auto)',
  },
  verbose: { type: 'boolean', help: 'more lines of progress; stack traces with errors' },
  help: { type: 'boolean', help: 'this text' },
} as const satisfies FlagTable

/**
 * How to show what happens, errors on the command line included: it is known before that line is checked, so
 * whatever is wrong in it counts as not given.
 */
export function readDisplayOptions(
  argv: readonly string[],
  surroundings: { isTerminal: boolean; env: NodeJS.ProcessEnv },
): DisplayOptions {
  const options = { renderer: { type: 'string' }, verbose: { type: 'boolean' } } as const
  const { values } = parseArgs({ args: [...argv], options, strict: false })
  const asked = rendererNames.find((name) => name === values.renderer) ?? 'auto'
  return { renderer: chooseRenderer(asked, surroundings), verbose: values.verbose === true }
}

/** Whether `argv` asks for help, wherever it does. */
export function asksForHelp(argv: readonly string[]): boolean {
  return argv.includes('--help') || argv.includes('-h')
}
