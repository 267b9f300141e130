import { expect, test } from 'vitest'
import { asksForHelp, readDisplayOptions } from './display-flags.ts'

test.each([
  [[], { renderer: 'plain', verbose: false }],
  [['--renderer=json', '--verbose'], { renderer: 'json', verbose: true }],
  [['--bogus', 'word', '--renderer', 'silent'], { renderer: 'silent', verbose: false }],
  [['--renderer=jsno'], { renderer: 'plain', verbose: false }],
  [['--renderer'], { renderer: 'plain', verbose: false }],
  [['--verbose=yes'], { renderer: 'plain', verbose: false }],
])('what %j asks to be shown is known, whatever else is wrong with it', (argv, options) => {
  expect(readDisplayOptions(argv, { isTerminal: false, env: {} })).toEqual(options)
})

test('help is found wherever it is asked for, and not in the value of a flag', () => {
  expect(asksForHelp(['--bogus', '--help'])).toBe(true)
  expect(asksForHelp(['-h'])).toBe(true)
  expect(asksForHelp(['--recipe=--help'])).toBe(false)
})
