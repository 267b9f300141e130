import { describe, expect, test } from 'vitest'
import { type FlagTable, parseWords } from './flags.ts'

const table = {
  format: { type: 'string', choices: ['text', 'json'], help: 'how' },
  verbose: { type: 'boolean', help: 'more' },
} as const satisfies FlagTable

const parse = (...argv: string[]) => parseWords(argv, table, ['OLD', 'NEW'])

test.each([
  [['a', 'b', '--format', 'json']],
  [['--format=json', 'a', 'b']],
  [['a', '--format', 'json', 'b']],
  [['--format', 'json', '--', 'a', 'b']],
])('words and flags are told apart in any order: %j', (argv) => {
  expect(parse(...argv)).toEqual({ values: { format: 'json' }, words: ['a', 'b'] })
})

test('after -- a word may begin with a dash', () => {
  expect(parse('--verbose', '--', '-a', '--b')).toEqual({ values: { verbose: true }, words: ['-a', '--b'] })
})

describe('refused are', () => {
  test.each([
    [[], 'OLD is missing'],
    [['a'], 'NEW is missing'],
    [['a', 'b', 'c'], "unexpected word 'c'"],
    [['a', 'b', '--bogus'], 'unknown flag --bogus'],
    [['a', 'b', '--format', 'yaml'], "--format cannot be 'yaml'"],
    [['a', 'b', '--verbose', '--verbose'], '--verbose is given twice'],
  ])('%j: %s', (argv, message) => {
    expect(() => parse(...argv)).toThrow(expect.objectContaining({ code: 'USAGE', message }))
  })
})
