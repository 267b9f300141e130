import { expect, test } from 'vitest'
import { compareVersions, minorsBetween, newestVersion } from './versions.ts'

test.each([
  ['1.36.5', '1.36.5', 0],
  ['1.36.5', '1.36.10', -1],
  ['1.37.0', '1.36.10', 1],
  ['2.0.0', '1.99.9', 1],
  ['nonsense', '0.0.0', -1],
])('%s against %s', (a, b, sign) => expect(Math.sign(compareVersions(a, b))).toBe(sign))

test.each([
  ['1.36.5', '1.36.0', 0],
  ['1.36.5', '1.37.0', 1],
  ['1.36.5', '1.34.9', -2],
  ['1.36.5', '2.0.0', Infinity],
  ['2.0.0', '1.36.5', -Infinity],
])('from %s to %s', (from, to, minors) => expect(minorsBetween(from, to)).toBe(minors))

test('the newest is found by number', () => {
  expect(newestVersion(['1.36.9', '1.36.10', '1.36.2'])).toBe('1.36.10')
  expect(newestVersion([])).toBeUndefined()
})
