import { parseArgs } from 'node:util'
import { PipelineError } from '../errors.ts'
import { type FlagTable, type FlagValues, parseFlags } from './flags.ts'

/**
 * Parses `argv` by a table of flags, for a command that takes as many words as `names` has names for. After `--` a
 * word may begin with a dash.
 * @throws PipelineError `USAGE` for what {@link parseFlags} refuses, and for more words or fewer.
 */
export function parseWords<const Table extends FlagTable>(
  argv: readonly string[],
  table: Table,
  names: readonly string[],
): { readonly values: FlagValues<Table>; readonly words: readonly string[] } {
  const options = Object.fromEntries(Object.entries(table).map(([name, { type }]) => [name, { type }]))
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, tokens: true })
  const taken = new Set(tokens.flatMap(({ kind, index }) => (kind === 'option' ? [] : [index])))
  const values = parseFlags(
    argv.filter((_, index) => !taken.has(index)),
    table,
  )
  const words = tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : []))
  const [stray, missing] = [words[names.length], names[words.length]]
  const hint = `Give ${names.join(' and ')}; see --help.`
  if (stray !== undefined) throw new PipelineError('USAGE', `unexpected word '${stray}'`, { hint })
  if (missing !== undefined) throw new PipelineError('USAGE', `${missing} is missing`, { hint })
  return { values, words }
}
