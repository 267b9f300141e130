import { describe, expect, test } from 'vitest'
import { isPipelineError } from '../errors.ts'
import { describeFlags, type FlagTable, parseArguments, parseFlags } from './flags.ts'

const table = {
  recipe: { type: 'string', value: 'FILE', help: 'what to build' },
  renderer: { type: 'string', choices: ['plain', 'json'], help: 'how it is shown:\nplain or json' },
  verbose: { type: 'boolean', help: 'more' },
} as const satisfies FlagTable

describe('flags', () => {
  test.each([
    [[], {}],
    [['--recipe=a'], { recipe: 'a' }],
    [['--recipe', 'a', '--verbose'], { recipe: 'a', verbose: true }],
    [['--recipe=--verbose'], { recipe: '--verbose' }],
    [['--recipe=a=b'], { recipe: 'a=b' }],
    [['--renderer', 'json'], { renderer: 'json' }],
  ])('%j are understood', (argv, values) => {
    expect(parseFlags(argv, table)).toEqual(values)
  })

  test.each([
    [['--recpie=a'], 'unknown flag --recpie', 'Did you mean --recipe?'],
    [['--rec', 'a'], 'unknown flag --rec', 'Did you mean --recipe?'],
    [['--no-verbose'], 'unknown flag --no-verbose', 'Did you mean --verbose?'],
    [['-v'], 'unknown flag -v', 'Did you mean --verbose?'],
    [['--something-else'], 'unknown flag --something-else', 'See --help.'],
    [['--constructor'], 'unknown flag --constructor', 'See --help.'],
    [['--__proto__=a'], 'unknown flag --__proto__', 'See --help.'],
    [['--recipe'], '--recipe needs a value', 'Write --recipe=FILE.'],
    [['--recipe='], '--recipe needs a value', 'Write --recipe=FILE.'],
    [['--recipe', ''], '--recipe needs a value', 'Write --recipe=FILE.'],
    [['--recipe', '--verbose'], '--recipe needs a value', 'Write --recipe=FILE.'],
    [['--recipe=a', '--recipe=a'], '--recipe is given twice', 'Give it once.'],
    [['--verbose', '--verbose'], '--verbose is given twice', 'Give it once.'],
    [['--verbose=yes'], '--verbose takes no value', 'Write --verbose alone.'],
    [['--renderer=jsno'], "--renderer cannot be 'jsno'", 'Did you mean json?'],
    [['--renderer=x'], "--renderer cannot be 'x'", 'Use one of: plain, json.'],
    [['--renderer'], '--renderer needs a value', 'Write --renderer=plain|json.'],
    [['a'], "unexpected word 'a'", 'Give flags only; see --help.'],
    [['--', '--verbose'], "unexpected word '--'", 'Give flags only; see --help.'],
  ])('%j are refused', (argv, message, hint) => {
    expect(failure(() => parseFlags(argv, table))).toMatchObject({ code: 'USAGE', message, hint })
  })

  test('are described with their values, one under the other', () => {
    expect(describeFlags(table).split('\n')).toEqual([
      `  --recipe FILE                   what to build`,
      `  --renderer plain|json           how it is shown:`,
      `                                  plain or json`,
      `  --verbose                       more`,
    ])
  })

  test('that are too long for their column have their help below', () => {
    const long = { 'registry-mirror': { type: 'string', value: 'HOST=ADDR[/PREFIX]', help: 'a\nb' } } as const
    expect(describeFlags(long).split('\n')).toEqual([
      '  --registry-mirror HOST=ADDR[/PREFIX]',
      `${' '.repeat(34)}a`,
      `${' '.repeat(34)}b`,
    ])
  })

  test('that may be given several times are lists', () => {
    const many = { mirror: { type: 'string', multiple: true, help: 'where' } } as const
    expect(parseFlags(['--mirror=a', '--mirror', 'b'], many)).toEqual({ mirror: ['a', 'b'] })
    expect(parseFlags([], many)).toEqual({})
  })
})

describe('one word beside the flags', () => {
  test.each([
    [[], undefined, {}],
    [['a'], 'a', {}],
    [['--verbose', 'a', '--recipe', 'b'], 'a', { verbose: true, recipe: 'b' }],
    [['--', '--verbose'], '--verbose', {}],
  ])('%j is understood', (argv, word, values) => {
    expect(parseArguments(argv, table, 'FILE')).toEqual({ word, values })
  })

  test.each([
    [['a', 'b'], "unexpected word 'b'", 'Give one FILE; see --help.'],
    [['a', '--', 'b'], "unexpected word 'b'", 'Give one FILE; see --help.'],
    [['a', '--recpie'], 'unknown flag --recpie', 'Did you mean --recipe?'],
  ])('%j is refused', (argv, message, hint) => {
    expect(failure(() => parseArguments(argv, table, 'FILE'))).toMatchObject({ code: 'USAGE', message, hint })
  })
})

function failure(action: () => unknown): unknown {
  try {
    action()
  } catch (error) {
    if (isPipelineError(error)) return error
    throw error
  }
  return undefined
}
