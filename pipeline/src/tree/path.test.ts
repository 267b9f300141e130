import { describe, expect, it } from 'vitest'
import type { TreePath } from './entry.ts'
import { ancestorPaths, baseName, byteString, displayPath, isTreePath, parentPath, treePath } from './path.ts'

describe('a path of a tree', () => {
  it.each([
    ['', ''],
    ['/', ''],
    ['etc/motd', 'etc/motd'],
    ['/etc/motd', 'etc/motd'],
    ['a b/..c/...', 'a b/..c/...'],
    ['é', '\xc3\xa9'],
    ['x'.repeat(255), 'x'.repeat(255)],
  ])('is made from the text %j', (text, path) => {
    expect(treePath(text)).toBe(path)
    expect(isTreePath(path)).toBe(true)
  })

  it.each([
    '.',
    '..',
    'a/',
    'a//b',
    '//a',
    './a',
    'a/.',
    'a/../b',
    'a/..',
    'a\0b',
    'x'.repeat(256),
    'é'.repeat(128),
    `${'a/'.repeat(2047)}aa`,
  ])('is not made from the text %j', (text) => {
    expect(() => treePath(text)).toThrow(expect.objectContaining({ code: 'RECIPE_INVALID' }))
    expect(isTreePath(byteString(text))).toBe(false)
  })

  it.each<[string, string, string, string[]]>([
    ['', '', '', []],
    ['a', '', 'a', []],
    ['a/b', 'a', 'b', ['a']],
    ['a/b/c', 'a/b', 'c', ['a', 'a/b']],
  ])('%j has a parent, a name and directories above it', (path, parent, name, above) => {
    expect(parentPath(path as TreePath)).toBe(parent)
    expect(baseName(path as TreePath)).toBe(name)
    expect([...ancestorPaths(path as TreePath)]).toEqual(above)
  })
})

describe('a byte string before people', () => {
  it.each([
    ['', '/'],
    ['etc/motd', 'etc/motd'],
    [byteString('Főtanúsítvány →'), 'Főtanúsítvány →'],
    ['caf\xe9', 'caf\\xe9'],
    ['\x1b[2J\r\n\t\x07\x7f', '\\x1b[2J\\x0d\\x0a\\x09\\x07\\x7f'],
    [byteString('\u009b31m'), '\\x9b31m'],
    [byteString('gpj.\u202eexe'), 'gpj.\\u{202e}exe'],
    [byteString('a\u2028b\ufeff'), 'a\\u{2028}b\\u{feff}'],
    ['\xff\x1b', '\\xff\\x1b'],
  ])('%j has nothing that moves a cursor or reorders a line', (bytes, shown) => {
    expect(displayPath(bytes)).toBe(shown)
  })
})
