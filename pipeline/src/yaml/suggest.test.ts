import { expect, test } from 'vitest'
import { suggest } from './suggest.ts'

test.each([
  ['pakages', 'packages'],
  ['nmae', 'name'],
  ['Name', 'name'],
  ['overlays', 'overlay'],
])('%s was meant to be %s', (word, known) => {
  expect(suggest(word, ['name', 'packages', 'overlay'])).toBe(known)
})

test.each([
  ['another word', 'colour', ['name', 'packages']],
  ['nothing', '', ['name']],
  ['a text of any length', 'name'.repeat(100_000), ['name']],
  ['anything, where nothing is known', 'name', []],
])('%s suggests nothing', (_, word, known) => {
  expect(suggest(word, known)).toBeUndefined()
})
