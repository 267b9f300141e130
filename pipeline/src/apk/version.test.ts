import { describe, expect, test } from 'vitest'
import { compareVersions, isVersion, satisfies } from './version.ts'

describe('compareVersions', () => {
  test.each([
    ['1.0', '1.00'],
    ['8.2.0', '8.2.001'],
    ['8.2.0015', '8.2.002'],
    ['4.09-r1', '4.5.14'],
    ['1.0', '1.0-r0'],
    ['1.0', '1.0a'],
    ['1.0', '1.0.0'],
    ['1.0', '1.0_p'],
    ['1.0', '1.0_git20240101'],
    ['1.0_alpha', '1.0'],
    ['1.0_alpha', '1.0_beta'],
    ['1.0_pre', '1.0_rc'],
    ['1.0_rc1', '1.0_rc1_p1'],
    ['1.0_p1_pre2', '1.0_p1'],
    ['1.0', '1.0~abc'],
    ['1.0-r5', '1.0~abc-r1'],
    ['4_beta', '23_foo'],
    ['1.0', '1.0bc'],
    ['1.9', '1.10'],
    ['1.0-r9', '1.0-r10'],
    ['1.0_p9', '1.0_p10'],
    ['20191002222144', '20191002222145'],
    ['9007199254740992', '9007199254740993'],
    ['1.0_cvs', '1.0_svn'],
  ])('%s is older than %s, both ways round', (older, newer) => {
    expect(compareVersions(older, newer)).toBeLessThan(0)
    expect(compareVersions(newer, older)).toBeGreaterThan(0)
  })

  test.each([
    ['1', '01'],
    ['0', '00'],
    ['1.2.3-r4', '1.2.3-r4'],
    ['1.0-r01', '1.0-r1'],
  ])('%s and %s are the same', (a, b) => {
    expect(compareVersions(a, b)).toBe(0)
    expect(compareVersions(b, a)).toBe(0)
  })
})

describe('isVersion', () => {
  test.each(['1', '0.0.1', '1.2.3a', '1.0_rc', '1.0_rc1_p2-r3', '2.43.4-r0', '1.2~0af-r1', '20240226-r0'])(
    'takes %s',
    (version) => expect(isVersion(version)).toBe(true),
  )

  test.each([
    '',
    'a',
    '1.',
    '.1',
    '1..2',
    '1.0bc',
    '0.99f7-r2',
    '1.0_foo',
    '1.0_',
    '1.0-r',
    '1.0-1',
    '1.0-r1-r2',
    '1.0~',
    '1.0~xyz',
    '1.0-r1~ab',
    '1.0~ab_rc1',
    '1.0A',
    '1.0 ',
    '1.0\n',
    ' 1.0',
    '1/2',
  ])('refuses %j', (version) => expect(isVersion(version)).toBe(false))
})

describe('satisfies', () => {
  test.each([
    ['1.26.3-r0', '~', '1.26'],
    ['1.2_rc1', '~', '1.2'],
    ['1.2-r5', '~', '1.2'],
    ['3.5', '<~', '3.6'],
    ['3.7', '>~', '3.6'],
    ['3.6.1', '>~', '3.6'],
    ['1.26', '=~', '1.26'],
    ['1.2', '=', '1.2'],
    ['1.2', '<=', '1.2'],
    ['1.1', '<', '1.2'],
    ['1.3', '>', '1.2'],
    ['1.3', '>=', '1.2'],
    ['1.3', '=>', '1.2'],
    ['1.3', '<>=', '7'],
    [undefined, '=', '1.2'],
  ])('%s %s %s holds', (version, operator, wanted) => {
    expect(satisfies(version, operator, wanted)).toBe(true)
  })

  test.each([
    ['12', '~', '1'],
    ['1.30-r0', '~', '1.3'],
    ['1.26', '~', '1.26.3'],
    ['1.2.3', '=', '1.2'],
    ['1.2', '>=', '1.2-r0'],
    ['1.2', '<', '1.2'],
    ['1.2', '>', '1.2'],
    ['1.3', '<=', '1.2'],
    ['3.7', '<~', '3.6'],
  ])('%s %s %s does not hold', (version, operator, wanted) => {
    expect(satisfies(version, operator, wanted)).toBe(false)
  })

  test('an identity is not compared as a version', () => {
    expect(() => satisfies('1', '><', '1')).toThrow('does not compare versions')
  })
})
