import { parseArgs } from 'node:util'
import { didYouMean } from '@kaweezle/program-kit/did-you-mean.ts'
import { nearest } from '@kaweezle/program-kit/nearest.ts'
import { PipelineError } from '../errors.ts'

export interface Flag {
  readonly type: 'string' | 'boolean'
  /** Whether it may be given several times; its value is then the list of them. */
  readonly multiple?: boolean
  /** What stands for the value in the help, e.g. `FILE`. */
  readonly value?: string
  /** The only values that are taken. */
  readonly choices?: readonly string[]
  readonly help: string
}

export type FlagTable = Readonly<Record<string, Flag>>

export type FlagValues<Table extends FlagTable> = {
  readonly [Name in keyof Table]?: ValueOf<Table[Name]>
}

type ValueOf<One extends Flag> = One extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : One['type'] extends 'boolean'
    ? boolean
    : One extends { readonly multiple: true }
      ? readonly string[]
      : string

/**
 * Parses `argv` (without node, script and command) by a table of flags; words that are no flags are not taken.
 * @throws PipelineError `USAGE` for an unknown or repeated flag, a missing or wrong value, or a stray word.
 */
export function parseFlags<const Table extends FlagTable>(
  argv: readonly string[],
  table: Table,
): FlagValues<Table> {
  return parseArguments(argv, table).values
}

/**
 * As {@link parseFlags}, for a command that also takes one word, which people know as `word`. After `--` a word
 * may begin with a dash.
 * @throws PipelineError `USAGE`
 */
export function parseArguments<const Table extends FlagTable>(
  argv: readonly string[],
  table: Table,
  word?: string,
): { readonly values: FlagValues<Table>; readonly word: string | undefined } {
  const taken =
    word === undefined
      ? { most: 0, hint: 'Give flags only; see --help.' }
      : { most: 1, hint: `Give one ${word}; see --help.` }
  const { values, words } = parseTokens(argv, table, taken)
  return { values, word: words[0] }
}

/**
 * As {@link parseFlags}, for a command that takes exactly as many words as `names` has names for.
 * @throws PipelineError `USAGE`
 */
export function parseWords<const Table extends FlagTable>(
  argv: readonly string[],
  table: Table,
  names: readonly string[],
): { readonly values: FlagValues<Table>; readonly words: readonly string[] } {
  const hint = `Give ${names.join(' and ')}; see --help.`
  const parsed = parseTokens(argv, table, { most: names.length, hint })
  const missing = names[parsed.words.length]
  if (missing !== undefined) throw usage(`${missing} is missing`, hint)
  return parsed
}

function parseTokens<const Table extends FlagTable>(
  argv: readonly string[],
  table: Table,
  taken: { readonly most: number; readonly hint: string },
): { readonly values: FlagValues<Table>; readonly words: readonly string[] } {
  const options = Object.fromEntries(Object.entries(table).map(([name, { type }]) => [name, { type }]))
  // Not strict: Node's own errors have no hints.
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true })
  const values = new Map<string, string | boolean | readonly string[]>()
  const words: string[] = []
  for (const token of tokens) {
    if (token.kind !== 'option') {
      const isWord = token.kind === 'positional'
      if (!isWord && taken.most > 0) continue
      const word = isWord ? token.value : '--'
      if (words.length === taken.most) throw usage(`unexpected word '${word}'`, taken.hint)
      words.push(word)
      continue
    }
    const { name, rawName } = token
    const flag = Object.hasOwn(table, name) ? table[name] : undefined
    if (flag === undefined) throw usage(`unknown flag ${rawName}`, nearestFlag(name, table))
    const value = readValue(flag, token)
    const before = values.get(name)
    if (flag.multiple) values.set(name, [...(Array.isArray(before) ? before : []), String(value)])
    else if (before !== undefined) throw usage(`${rawName} is given twice`, 'Give it once.')
    else values.set(name, value)
  }
  return { values: Object.fromEntries(values) as FlagValues<Table>, words }
}

/** Where the help of a flag begins. */
const column = 34

/** The flags one under the other, aligned, for `--help`. */
export function describeFlags(table: FlagTable): string {
  const lines = Object.entries(table).map(([name, flag]) => {
    const left = `  --${name}${flag.type === 'boolean' ? '' : ` ${placeholder(flag)}`}`
    const lineBreak = `\n${' '.repeat(column)}`
    const gap = left.length < column ? ' '.repeat(column - left.length) : lineBreak
    return `${left}${gap}${flag.help.replaceAll('\n', lineBreak)}`
  })
  return lines.join('\n')
}

interface OptionToken {
  readonly rawName: string
  readonly value?: string | undefined
  readonly inlineValue?: boolean | undefined
}

function readValue(flag: Flag, { rawName, value, inlineValue }: OptionToken): string | boolean {
  if (flag.type === 'boolean') {
    if (value === undefined) return true
    throw usage(`${rawName} takes no value`, `Write ${rawName} alone.`)
  }
  // After a space, what begins with a dash is the next flag.
  if (value === undefined || value === '' || (!inlineValue && value.startsWith('-'))) {
    throw usage(`${rawName} needs a value`, `Write ${rawName}=${placeholder(flag)}.`)
  }
  const { choices } = flag
  if (choices === undefined || choices.includes(value)) return value
  throw usage(`${rawName} cannot be '${value}'`, didYouMean(value, choices))
}

function placeholder({ value, choices }: Flag): string {
  return choices?.join('|') ?? value ?? 'VALUE'
}

/** A beginning of a flag's name is not taken for it: a later flag could share it. */
function nearestFlag(name: string, table: FlagTable): string {
  const names = Object.keys(table)
  const meant = names.find((known) => known.startsWith(name)) ?? nearest(name, names)
  return meant === undefined ? 'See --help.' : `Did you mean --${meant}?`
}

function usage(message: string, hint: string): PipelineError {
  return new PipelineError('USAGE', message, { hint })
}
