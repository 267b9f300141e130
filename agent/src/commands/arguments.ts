import { parseArgs } from 'node:util'
import { didYouMean } from '@kaweezle/program-kit/did-you-mean.ts'
import { safeText } from '@kaweezle/program-kit/safe-text.ts'
import { AgentError } from '../errors.ts'
import { configFlag, settingKeys, settingsTable } from '../settings/table.ts'
import type { Command } from './command.ts'

/** A command line that makes sense. */
export interface Arguments {
  /** undefined where none is named: what is asked for is the overview. */
  readonly command: Command | undefined
  readonly asksForHelp: boolean
  readonly word: string | undefined
  /** The values of settings and of the path of their file, by flag. */
  readonly flags: ReadonlyMap<string, string | true>
  /** The command's own. */
  readonly switches: ReadonlySet<string>
}

/**
 * Parses what follows the program's name. Flags may stand before and after the command.
 * @throws AgentError `USAGE`
 */
export function parseArguments(argv: readonly string[], commands: readonly Command[]): Arguments {
  if (argv.length === 1 && argv[0] === '--version') return parseArguments(['version'], commands)
  const allSwitches = [...new Set(commands.flatMap(({ switches = {} }) => Object.keys(switches)))]
  const options: NonNullable<Parameters<typeof parseArgs>[0]>['options'] & object = {
    help: { type: 'boolean', short: 'h' },
    [configFlag]: { type: 'string' },
  }
  for (const name of allSwitches) options[name] = { type: 'boolean' }
  for (const { kind, flag, short } of settingKeys.map((key) => settingsTable[key])) {
    options[flag] = {
      type: kind === 'switch' ? 'boolean' : 'string',
      ...(short === undefined ? {} : { short }),
    }
  }
  // Not strict: the errors of the library have no hints.
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true })
  const words: string[] = []
  const given = new Map<string, string | true>()
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue
    if (token.kind === 'positional') {
      words.push(token.value)
      continue
    }
    const { name, rawName, value, inlineValue } = token
    const option = Object.hasOwn(options, name) ? options[name] : undefined
    if (option === undefined) {
      throw usage(`unknown flag ${rawName}`, didYouMean(name, Object.keys(options), '--'))
    }
    if (given.has(name) && name !== 'help') throw usage(`${rawName} is given twice`, 'Give it once.')
    if (option.type === 'boolean') {
      if (value !== undefined) throw usage(`${rawName} takes no value`, `Write ${rawName} alone.`)
      given.set(name, true)
      continue
    }
    // After a space, what begins with a dash is the next flag.
    if (value === undefined || value === '' || (!inlineValue && value.startsWith('-'))) {
      throw usage(`${rawName} needs a value`, `Write ${rawName} ${placeholder(name)}.`)
    }
    given.set(name, value)
  }
  return assign(words, given, commands)
}

function assign(
  [name, ...rest]: readonly string[],
  given: ReadonlyMap<string, string | true>,
  commands: readonly Command[],
): Arguments {
  // `iknite help start` asks what `iknite start --help` does.
  if (name === 'help') return assign(rest, new Map([...given, ['help', true]]), commands)
  const asksForHelp = given.has('help')
  if (name === undefined) {
    if (!asksForHelp && given.size > 0) throw usage('no command is named', 'See --help.')
    return { command: undefined, asksForHelp: true, word: undefined, flags: given, switches: new Set() }
  }
  const command = commands.find((candidate) => candidate.name === name)
  if (command === undefined) {
    throw usage(
      `unknown command '${safeText(name)}'`,
      didYouMean(
        name,
        commands.map((known) => known.name),
      ),
    )
  }
  const allowed = ['help', configFlag, ...command.settings.map((key) => settingsTable[key].flag)]
  const switches = Object.keys(command.switches ?? {})
  for (const flag of given.keys()) {
    if ([...allowed, ...switches].includes(flag)) continue
    throw usage(`${command.name} does not take --${flag}`, `See iknite ${command.name} --help.`)
  }
  return {
    command,
    asksForHelp,
    word: wordOf(rest, command),
    flags: new Map([...given].filter(([flag]) => allowed.includes(flag) && flag !== 'help')),
    switches: new Set(switches.filter((flag) => given.has(flag))),
  }
}

function wordOf([word, stray]: readonly string[], { name, words }: Command): string | undefined {
  if (word === undefined) return undefined
  const known = Object.keys(words ?? {})
  if (known.length === 0) throw usage(`unexpected word '${safeText(word)}'`, `See iknite ${name} --help.`)
  if (!known.includes(word)) throw usage(`${name} knows no '${safeText(word)}'`, didYouMean(word, known))
  if (stray !== undefined) throw usage(`unexpected word '${safeText(stray)}'`, 'Give one word.')
  return word
}

function placeholder(flag: string): string {
  if (flag === configFlag) return 'FILE'
  const key = settingKeys.find((candidate) => settingsTable[candidate].flag === flag)
  return key === undefined ? 'VALUE' : settingsTable[key].value
}

function usage(message: string, hint: string): AgentError {
  return new AgentError('USAGE', safeText(message), { hint })
}
