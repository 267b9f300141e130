import { expect, test } from 'vitest'
import { chooseRenderer } from './mode.ts'

test.each([
  [true, {}, 'pretty'],
  [true, { TERM: 'xterm-256color' }, 'pretty'],
  [true, { CI: 'false' }, 'pretty'],
  [true, { CI: '' }, 'pretty'],
  [true, { NO_COLOR: '1' }, 'pretty'],
  [true, { CI: 'true' }, 'plain'],
  [true, { CI: '1' }, 'plain'],
  [true, { TERM: 'dumb' }, 'plain'],
  [false, {}, 'plain'],
])('on a terminal: %s, with %j, auto is %s', (isTerminal, env, renderer) => {
  expect(chooseRenderer('auto', { isTerminal, env })).toBe(renderer)
})

test.each(['pretty', 'plain', 'json', 'silent'] as const)('%s is taken at its word anywhere', (asked) => {
  expect(chooseRenderer(asked, { isTerminal: false, env: { CI: 'true' } })).toBe(asked)
  expect(chooseRenderer(asked, { isTerminal: true, env: {} })).toBe(asked)
})
