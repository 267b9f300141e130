import { expect, test } from 'vitest'
import { aReport } from '../report/report.fixture.ts'
import { findLeaves, searchFor } from './search.ts'
import { sizeTree } from './size-tree.ts'

test.each([
  ['openrc', true],
  ['OPEN', true],
  ['gpl open', true],
  ['  open   GPL  ', true],
  ['open mit', false],
  ['openrc.', false],
])('%j is found in a name and a licence: %s', (query, expected) => {
  expect(searchFor(query)?.('openrc', 'GPL-2.0-only')).toBe(expected)
})

test.each(['', '   '])('%j looks for nothing', (query) => {
  expect(searchFor(query)).toBeUndefined()
})

function idsFor(query: string): string[] {
  const isFound = searchFor(query)
  return isFound === undefined ? [] : [...findLeaves(sizeTree(aReport({ packages: 12, images: 2 })), isFound)]
}

test('a package is found by its name, its version, its licence and why it is there', () => {
  expect(idsFor('package-11 5.11.0-r3')).toEqual(['package package-11'])
  expect(idsFor('needed by package-9')).toEqual(['package package-10'])
})

test('an image that is found brings its own layers, and those that it shares by its name', () => {
  expect(idsFor('component-1:')).toEqual(['layer 1', 'layer 4', 'layer 6', 'layer 8', 'layer 10', 'layer 0'])
})

test('the names of the kinds find nothing by themselves', () => {
  expect(idsFor('everything else')).toEqual([])
})
