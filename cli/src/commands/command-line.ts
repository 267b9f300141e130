import { safeText } from '@kaweezle/program-kit/safe-text.ts'
import { Argument, Command as Commander, CommanderError, Option } from 'commander'
import { KaweezleError } from '../errors.ts'
import {
  configEnvironment,
  configFlag,
  configName,
  type SettingKey,
  settingsTable,
} from '../settings/table.ts'
import type { Command } from './command.ts'
import { commandFooter, overviewFooter } from './help.ts'
import { harmlessSettings, sharedSettings } from './shared-flags.ts'

/** A command line that makes sense. */
export type CommandLine =
  | { readonly kind: 'help'; readonly text: string }
  | {
      readonly kind: 'command'
      readonly command: Command
      readonly words: readonly string[]
      /** The values of settings and of the path of their file, by flag. */
      readonly flags: ReadonlyMap<string, string | true>
      /** The command's own. */
      readonly options: ReadonlyMap<string, string | true>
    }

/**
 * Parses what follows the program's name. The flags that all commands take may stand before the command too.
 * @param columns how wide help may be
 * @throws KaweezleError `USAGE`
 */
export function parseCommandLine(
  argv: readonly string[],
  commands: readonly Command[],
  columns: number,
): CommandLine {
  let parsed: CommandLine | undefined
  let help = ''
  const program = addConfigFlag(addFlags(new Commander('kaweezle'), sharedSettings))
    .description('Installs, runs, updates and rolls back a Kubernetes cluster on this machine.')
    .usage('COMMAND [flags]')
    .enablePositionalOptions()
    .helpCommand('help [command]', 'Explains a command and its flags.')
    .helpOption('-h, --help', 'print this')
    .configureHelp({ helpWidth: columns, subcommandTerm: termOf })
    .configureOutput({
      writeOut: (text) => {
        help += text
      },
      // What is wrong is told in the way of this program.
      outputError: () => {},
      writeErr: (text) => {
        help += text
      },
    })
    .exitOverride()
  program.addHelpText('after', overviewFooter)
  for (const command of commands) {
    const child = program.command(command.name, { hidden: command.isHidden === true })
    describe(child, command).action(() => {
      const given = { ...program.opts<Record<string, unknown>>(), ...child.opts<Record<string, unknown>>() }
      parsed = { kind: 'command', command, words: child.args, ...sort(child, given, command) }
    })
  }
  try {
    program.parse(argv.length === 0 ? ['--help'] : withoutVersionFlag(argv), { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (['commander.helpDisplayed', 'commander.help'].includes(error.code)) return shownHelp(argv, help)
    throw usageError(error, argv)
  }
  if (parsed === undefined) throw new Error('commander ran no command')
  return parsed
}

function describe(child: Commander, command: Command): Commander {
  const { summary, about, settings, options = [], words } = command
  const rest = (keys: readonly SettingKey[]) => keys.filter((key) => !settings.includes(key))
  addConfigFlag(addFlags(child, [...settings, ...rest(sharedSettings)]))
  addFlags(child, rest(harmlessSettings), true)
  for (const { flag, short, value, help } of options) {
    child.addOption(
      new Option(`${short === undefined ? '' : `-${short}, `}--${flag}${value ? ` <${value}>` : ''}`, help),
    )
  }
  child
    .summary(summary)
    .description(`${summary}\n\n${about}`)
    .helpOption('-h, --help', 'print this')
    .allowExcessArguments(false)
    .addHelpText('after', commandFooter(command))
  if (words !== undefined) {
    const { name, help, areMany, choices } = words
    const argument = new Argument(`<${name}${areMany === true ? '...' : ''}>`, help)
    child.addArgument(choices === undefined ? argument : argument.choices([...choices]))
    if (areMany === true) child.passThroughOptions()
  }
  return child
}

/** The flags of settings, and that of their file. */
function addFlags(target: Commander, keys: readonly SettingKey[], isHidden = false): Commander {
  for (const key of keys) {
    const { flag, short, kind, value, help, environment, byDefault } = settingsTable[key]
    const names = `${short === undefined ? '' : `-${short}, `}--${flag}`
    const isOff = kind === 'switch' && byDefault === 'false'
    const text = `${help} [${environment}]${isOff ? '' : ` (default: ${byDefault})`}`
    target.addOption(new Option(kind === 'switch' ? names : `${names} <${value}>`, text).hideHelp(isHidden))
  }
  return target
}

function addConfigFlag(target: Commander): Commander {
  const text = `the settings file [${configEnvironment}] (default: ${configName} in the platform's folder)`
  return target.addOption(new Option(`--${configFlag} <FILE>`, text))
}

/** Tells the flags of settings from the command's own. */
function sort(child: Commander, given: Readonly<Record<string, unknown>>, command: Command) {
  const own = new Set((command.options ?? []).map(({ flag }) => flag))
  const flags = new Map<string, string | true>()
  const options = new Map<string, string | true>()
  for (const option of child.options) {
    const value = given[option.attributeName()]
    if (typeof value !== 'string' && value !== true) continue
    const flag = option.name()
    if (own.has(flag)) options.set(flag, value)
    else flags.set(flag, value)
  }
  return { flags, options }
}

function termOf(command: { name(): string }): string {
  return command.name()
}

/** `kaweezle --version` is what many try first. */
function withoutVersionFlag(argv: readonly string[]): string[] {
  const [first, ...rest] = argv
  return first === '--version' ? ['version', ...rest] : [...argv]
}

/** Commander shows help in place of an error where flags, and no command, are given. */
function shownHelp(argv: readonly string[], text: string): CommandLine {
  const asks = argv.length === 0 || argv.some((word) => word === '--help' || word === '-h' || word === 'help')
  if (asks) return { kind: 'help', text }
  throw new KaweezleError('USAGE', 'no command is named', { hint: 'See kaweezle --help.' })
}

function usageError({ message }: CommanderError, argv: readonly string[]): KaweezleError {
  const [what = '', suggestion] = message.replace(/^error: /, '').split('\n')
  const command = argv.find((word) => !word.startsWith('-'))
  const hint = suggestion?.replace(/^\((.*)\)$/, '$1') ?? `See kaweezle ${helpFor(what, command)}--help.`
  return new KaweezleError('USAGE', safeText(what), { hint })
}

function helpFor(what: string, command: string | undefined): string {
  return command === undefined || what.startsWith('unknown command') ? '' : `${safeText(command)} `
}
