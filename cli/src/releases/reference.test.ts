import { expect, test } from 'vitest'
import { parseReference } from './reference.ts'

test.each([
  ['latest', { kind: 'latest' }],
  ['stable', { kind: 'channel', channel: 'stable' }],
  ['beta', { kind: 'channel', channel: 'beta' }],
  ['v1.2.3', { kind: 'tag', tag: 'v1.2.3' }],
  ['1.2.3-rc.1+build', { kind: 'tag', tag: '1.2.3-rc.1+build' }],
  ['nightly', { kind: 'tag', tag: 'nightly' }],
  ['./dist', { kind: 'path', path: './dist' }],
  ['..', { kind: 'path', path: '..' }],
  ['/srv/rootfs.tar.gz', { kind: 'path', path: '/srv/rootfs.tar.gz' }],
  ['rootfs.tar.gz', { kind: 'path', path: 'rootfs.tar.gz' }],
  ['C:\\Users\\me\\dist', { kind: 'path', path: 'C:\\Users\\me\\dist' }],
  ['D:dist', { kind: 'path', path: 'D:dist' }],
  ['\\\\server\\share\\dist', { kind: 'path', path: '\\\\server\\share\\dist' }],
])('%s is understood', (text, reference) => {
  expect(parseReference(text)).toEqual(reference)
})

test.each(['https://host/v1', 'HTTP://host:8080/'])('%s is a URL', (text) => {
  expect(parseReference(text)).toEqual({ kind: 'url', url: new URL(text) })
})

test.each([
  '',
  ' v1',
  '-v',
  'v1 v2',
  'v1\n',
  './a\0b',
  'https://',
  'http://[',
  'ftp://host/v1',
  'file:///etc',
  'v1?x',
  'é',
  'x'.repeat(200),
])('%j is refused', (text) => {
  expect(() => parseReference(text)).toThrow(expect.objectContaining({ code: 'USAGE' }))
})
