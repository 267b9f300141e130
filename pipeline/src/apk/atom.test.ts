import { expect, test } from 'vitest'
import { formatAtom, parseAtom } from './atom.ts'

test.each([
  ['openrc', { name: 'openrc', conflict: false }],
  ['!pulseaudio', { name: 'pulseaudio', conflict: true }],
  ['kubelet~1.36', { name: 'kubelet', operator: '~', version: '1.36', conflict: false }],
  ['!musl<1.2', { name: 'musl', operator: '<', version: '1.2', conflict: true }],
  ['so:libc.musl-x86_64.so.1', { name: 'so:libc.musl-x86_64.so.1', conflict: false }],
  ['/bin/sh', { name: '/bin/sh', conflict: false }],
  ['py3.12:a[b]=1', { name: 'py3.12:a[b]', operator: '=', version: '1', conflict: false }],
  ['samever@testing=10', { name: 'samever', tag: 'testing', operator: '=', version: '10', conflict: false }],
  ['name><Q1abc=', { name: 'name', operator: '><', version: 'Q1abc=', conflict: false }],
])('%s is read, and written as it was', (text, atom) => {
  const parsed = parseAtom(text, { tags: true })
  expect(parsed).toEqual(atom)
  expect('error' in parsed || formatAtom(parsed)).toBe(text)
})

test.each([
  ['', 'not a package name'],
  ['!', 'not a package name'],
  ['!!a', 'not a package name'],
  ['=1', 'not a package name'],
  ['a b', 'not a package name'],
  ['a;b', 'not a package name'],
  ['a\n', 'not a package name'],
  ['ä', 'not a package name'],
  ['@edge', 'not a package name'],
  ['a@', 'not a repository tag'],
  ['a@b@c', 'not a repository tag'],
  ['a=', 'no version after ='],
  ['a>=', 'no version after >='],
  ['a=1@edge', 'not a version: 1@edge'],
  ['a=b', 'not a version: b'],
  ['a~1.2\n', 'not a version: 1.2\n'],
  ['a=1=2', 'not a version: 1=2'],
  ['a><Q1 b', 'not a version: Q1 b'],
])('%j is refused: %s', (text, error) => {
  expect(parseAtom(text, { tags: true })).toEqual({ error })
})

test('a tag is refused in what a package says of itself', () => {
  expect(parseAtom('a@edge', { tags: false })).toEqual({ error: 'a tag is not allowed here' })
})
