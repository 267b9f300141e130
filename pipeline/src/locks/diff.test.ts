import { expect, test } from 'vitest'
import { aLock, anArchitecture, aPackage, hex } from '../../test/support/a-lock.ts'
import { diffPackagesLock } from './diff.ts'
import { renderLockDiff } from './render-diff.ts'
import type { PackagesLock } from './schema.ts'

function rendered(from: PackagesLock | undefined, to: PackagesLock): string {
  return renderLockDiff(diffPackagesLock(from, to))
}

test('two locks that say the same have no diff', () => {
  expect(diffPackagesLock(aLock(), aLock())).toEqual([])
  expect(rendered(aLock(), aLock())).toBe('Nothing moves.\n')
})

test('the order of keys is no difference', () => {
  const one = aPackage('a')
  const same = Object.fromEntries(Object.entries(one).toReversed()) as typeof one
  expect(JSON.stringify(same)).not.toBe(JSON.stringify(one))
  expect(diffPackagesLock(aLock(one), aLock(same))).toEqual([])
})

test('every way in which a package can move is told apart', () => {
  const from = aLock(
    aPackage('up', { version: '1.9.0-r0' }),
    aPackage('down', { version: '2.0-r1' }),
    aPackage('gone'),
    aPackage('rebuilt'),
    aPackage('moved'),
    aPackage('same'),
  )
  const to = aLock(
    aPackage('up', { version: '1.10.0-r0', sha256: hex('c') }),
    aPackage('down', { version: '2.0_rc1-r5', sha256: hex('c') }),
    aPackage('new', { why: 'needed by up' }),
    aPackage('rebuilt', { sha256: hex('c') }),
    aPackage('moved', { repository: 'edge/main' }),
    aPackage('same', { why: 'needed by up' }),
  )
  expect(rendered(from, to)).toMatchInlineSnapshot(`
    "x86_64: 1 new, 1 up, 1 down, 1 rebuilt, 1 moved, 1 gone
      down     down     2.0-r1 -> 2.0_rc1-r5
      gone     gone     1.2.3-r4
      moved    moved    v3.24/main -> edge/main
      new      new      1.2.3-r4 (needed by up)
      rebuilt  rebuilt  1.2.3-r4, other bytes: bbbbbbbbbbbb -> cccccccccccc
      up       up       1.9.0-r0 -> 1.10.0-r0
    "
  `)
})

test('a first lock shows the base and every package as new', () => {
  expect(rendered(undefined, aLock(aPackage('git')))).toMatchInlineSnapshot(`
    "x86_64: 1 new
      base     none -> 3.24.2 (aaaaaaaaaaaa)
      new      git  1.2.3-r4 (asked for)
    "
  `)
})

test('an architecture that is dropped shows every package as gone', () => {
  expect(diffPackagesLock(aLock(), { version: 1, architectures: {} })).toMatchObject([
    { architecture: 'x86_64', base: { to: undefined }, packages: [{ kind: 'gone' }] },
  ])
})

test('another version text of the same order is not overlooked', () => {
  const [diff] = diffPackagesLock(
    aLock(aPackage('a', { version: '1' })),
    aLock(aPackage('a', { version: '01' })),
  )
  expect(diff?.packages).toMatchObject([{ kind: 'rebuilt' }])
})

test('a base of the same version with other bytes moves', () => {
  const moved = anArchitecture()
  const to: PackagesLock = {
    version: 1,
    architectures: { x86_64: { ...moved, base: { ...moved.base, sha256: hex('d') } } },
  }
  expect(rendered(aLock(), to)).toContain('base     3.24.2 (aaaaaaaaaaaa) -> 3.24.2 (dddddddddddd)')
})

test.each([
  ['the order', { packages: [aPackage('b'), aPackage('a')] }],
  ["the recipe's digest", { recipe: hex('2') }],
  ["apk's version", { apk: '3.0.7-r0' }],
  ['a reason', { packages: [aPackage('a', { why: 'needed by b' }), aPackage('b')] }],
])('%s alone is a difference, without anything that moves', (_, change) => {
  const from = anArchitecture([aPackage('a'), aPackage('b')])
  const diff = diffPackagesLock(
    { version: 1, architectures: { x86_64: from } },
    { version: 1, architectures: { x86_64: { ...from, ...change } } },
  )
  expect(diff).toEqual([{ architecture: 'x86_64', packages: [], otherwise: true }])
  expect(renderLockDiff(diff)).toMatch(/^x86_64: no package moves\n {2}only the recipe's digest/)
})
