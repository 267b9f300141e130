import { expect, test } from 'vitest'
import { didYouMean } from './did-you-mean.ts'
import { nearest } from './nearest.ts'

test.each([
  ['pakages', 'packages'],
  ['nmae', 'name'],
  ['Name', 'name'],
  ['overlays', 'overlay'],
])('%s was meant to be %s', (word, known) => {
  expect(nearest(word, ['name', 'packages', 'overlay'])).toBe(known)
})

test.each([
  ['another word', 'colour', ['name', 'packages']],
  ['nothing', '', ['name']],
  ['a text of any length', 'name'.repeat(100_000), ['name']],
  ['anything, where nothing is known', 'name', []],
])('nothing is near %s', (_, word, known) => {
  expect(nearest(word, known)).toBeUndefined()
})

test.each([
  ['a slip of the pen', 'nmae', 'Did you mean --name?'],
  ['the beginning of a word', 'over', 'Did you mean --overlay?'],
  ['another word', 'colour', 'Use one of: --name, --overlay.'],
  ['nothing', '', 'Use one of: --name, --overlay.'],
])('the hint for %s says what there is', (_, word, hint) => {
  expect(didYouMean(word, ['name', 'overlay'], '--')).toBe(hint)
})
