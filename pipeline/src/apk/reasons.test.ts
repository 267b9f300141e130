import { expect, test } from 'vitest'
import { type Atom, parseAtom } from './atom.ts'
import { type Choice, explain } from './reasons.ts'

type Package = Choice['closure'][number]

test('what is asked for by its name, or by what it provides, is asked for', () => {
  expect(
    reasons(['git', 'cmd:jq'], [pkg('git'), pkg('jq', { provides: ['cmd:jq=1.7', 'so:libjq.so.1=1'] })]),
  ).toEqual(['git: asked for', 'jq: asked for'])
})

test('the first in install order that needs a package is its reason', () => {
  const closure = [
    pkg('pcre2', { provides: ['so:libpcre2.so.0=1.2'] }),
    pkg('grep', { depends: ['so:libpcre2.so.0'] }),
    pkg('git', { depends: ['so:libpcre2.so.0', 'grep>1'] }),
  ]
  expect(reasons(['git'], closure)).toEqual([
    'pcre2: needed by grep',
    'grep: needed by git',
    'git: asked for',
  ])
})

test('what comes by install_if names what it comes with, of the closure or from before', () => {
  const closure = [pkg('chrony'), pkg('chrony-openrc', { installIf: ['openrc', 'chrony=4.5-r0'] })]
  expect(reasons(['chrony'], closure, [pkg('openrc')])[1]).toBe('chrony-openrc: install_if openrc chrony')
})

test('a conflict in install_if is not what it comes with', () => {
  const closure = [pkg('a'), pkg('a-b', { installIf: ['a', '!b'] })]
  expect(reasons(['a'], closure)[1]).toBe('a-b: install_if a')
})

test('what is needed, though it could come by itself, is needed', () => {
  const closure = [pkg('a'), pkg('a-doc', { installIf: ['a'] }), pkg('all', { depends: ['a-doc'] })]
  expect(reasons(['a', 'all'], closure)[1]).toBe('a-doc: needed by all')
})

test('a package that was there before can need one; its old version cannot', () => {
  const before = [pkg('base', { depends: ['musl'] }), pkg('tool', { depends: ['musl', 'old'] })]
  expect(reasons([], [pkg('musl')], before)).toEqual(['musl: needed by base'])
  expect(reasons([], [pkg('old'), pkg('tool')], before)[0]).toBe('old: chosen by apk')
})

test('neither a conflict nor itself nor an absent condition is a reason', () => {
  const closure = [
    pkg('x', { depends: ['cmd:x'], provides: ['cmd:x=1'], installIf: ['absent', 'y'] }),
    pkg('y', { depends: ['!x'] }),
  ]
  expect(reasons(['!x', 'y'], closure)).toEqual(['x: chosen by apk', 'y: asked for'])
})

test('versions that do not parse do not matter', () => {
  const closure = [pkg('opensmtpd'), pkg('opensmtpd-pam', { depends: ['opensmtpd=7.4.0p1-r1'] })]
  expect(reasons(['opensmtpd-pam'], closure)[0]).toBe('opensmtpd: needed by opensmtpd-pam')
})

function pkg(name: string, rest: Partial<Package> = {}): Package {
  return { name, depends: [], provides: [], installIf: [], ...rest }
}

function reasons(
  asked: readonly string[],
  closure: readonly Package[],
  installed: readonly Package[] = [],
): string[] {
  return [...explain({ closure, installed, asked: asked.map(parsed) })].map(
    ([name, why]) => `${name}: ${why}`,
  )
}

function parsed(text: string): Atom {
  const atom = parseAtom(text, { tags: true })
  if ('error' in atom) throw new Error(atom.error)
  return atom
}
