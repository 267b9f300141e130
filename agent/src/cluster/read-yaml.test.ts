import { expect, test } from 'vitest'
import { readYaml } from './read-yaml.ts'

test('the same text is read once, and what was read long ago is read again', () => {
  const first = readYaml('a: [1]')
  expect(readYaml('a: [1]')).toBe(first)
  for (let index = 0; index < 40; index++) readYaml(`b: ${index}`)
  expect(readYaml('a: [1]')).not.toBe(first)
  expect(readYaml('a: [1]')).toEqual(first)
})

test.each(['{', 'a: "b', 'a: [1', 'a: b: c', 'a: 1\na: 2', '\tb: 1', '*none', '%YAML x\n---\n{'])(
  '%j is refused each time, and never taken for what it has until the damage',
  (text) => {
    for (let index = 0; index < 2; index++) expect(() => readYaml(text)).toThrow()
  },
)
