import { configEnvironment, configFlag, defaultConfigPath, settingsTable } from '../settings/table.ts'
import type { Command } from './command.ts'

const exits = `Exit status: 0 ready, or done; 1 failed, or not ready; 2 the command line or a setting is wrong;
5 timed out, with what is not ready and why; 130 interrupted.`

const order = `Settings come from flags, else from the variables in brackets, else from ${defaultConfigPath}.`

/** Where the text beside a flag begins. */
const column = 34

/** What `iknite --help` prints. */
export function overview(commands: readonly Command[]): string {
  const lines = commands.map((command) => `  ${callOf(command).padEnd(28)}${command.summary}\n`).join('')
  return `Turns this system into a running Kubernetes cluster, and keeps it one.

  iknite COMMAND [flags]

${lines}
iknite COMMAND --help explains a command and its flags.
${order}

${exits}

Examples
${examplesOf(commands.slice(0, 3).flatMap(({ examples }) => examples.slice(0, 1)))}`
}

/** What `iknite COMMAND --help` prints. */
export function commandHelp(command: Command): string {
  const words = Object.entries(command.words ?? {}).map(([word, help]) => row(`  ${word}`, help))
  const flags = [
    ...Object.entries(command.switches ?? {}).map(([name, help]) => row(`      --${name}`, help)),
    ...command.settings.map((key) => {
      const { short, flag, kind, value, help, environment, byDefault } = settingsTable[key]
      const left = `  ${short === undefined ? '  ' : `-${short}`}${short === undefined ? '  ' : ', '}--${flag}`
      const text = `${help}\n[${environment}] default: ${byDefault}`
      return row(kind === 'switch' ? left : `${left} ${value}`, text)
    }),
    row(
      `      --${configFlag} FILE`,
      `the settings file\n[${configEnvironment}] default: ${defaultConfigPath}`,
    ),
    row('  -h, --help', 'print this'),
  ]
  return `${command.summary}

  iknite ${callOf(command)} [flags]

${command.about}
${words.length === 0 ? '' : `\n${words.join('')}`}
${flags.join('')}
${order}

${exits}

Examples
${examplesOf(command.examples)}`
}

function callOf({ name, words, switches }: Command): string {
  const word = words === undefined ? '' : ` [${Object.keys(words).join('|')}]`
  return `${name}${word}${Object.keys(switches ?? {})
    .map((flag) => ` [--${flag}]`)
    .join('')}`
}

function row(left: string, text: string): string {
  const lineBreak = `\n${' '.repeat(column)}`
  const gap = left.length < column - 1 ? ' '.repeat(column - left.length) : lineBreak
  return `${left}${gap}${text.replaceAll('\n', lineBreak)}\n`
}

function examplesOf(examples: Command['examples']): string {
  return examples.map(([call, effect]) => `  iknite ${call}\n      ${effect}\n`).join('')
}
