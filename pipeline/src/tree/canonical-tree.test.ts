import { describe, expect, it } from 'vitest'
import { file, treeOf } from '../tar/alpine-like-tree.fixture.ts'
import { canonicalTree } from './canonical-tree.ts'
import type { Entry, TreePath } from './entry.ts'

const directory = { type: 'directory' } as const
const hardlink = (target: string) => ({ type: 'hardlink', target: target as TreePath }) as const

describe('the canonical form of a tree', () => {
  it('is the same whichever name of a file was met first', () => {
    const content = {
      ...file('x'),
      mode: 0o4755,
      uid: 7,
      mtime: 5,
      xattrs: new Map([['user.a', Buffer.of(1)]]),
    }
    const first = canonicalTree(treeOf({ a: content, b: hardlink('a'), c: hardlink('a') }))
    const second = canonicalTree(treeOf({ a: hardlink('c'), b: hardlink('c'), c: content }))
    expect([...second]).toEqual([...first])
    expect(
      [...first.values()].map((entry) => [
        entry.path,
        entry.type,
        entry.mode,
        entry.uid,
        entry.mtime,
        entry.xattrs?.size,
      ]),
    ).toEqual([
      ['a', 'file', 0o4755, 7, 5, 1],
      ['b', 'hardlink', 0o4755, 7, 5, undefined],
      ['c', 'hardlink', 0o4755, 7, 5, undefined],
    ])
  })

  it('is sorted by the bytes of the paths, the root first', () => {
    const tree = new Map<TreePath, Entry>(
      [...treeOf({ '': directory, a: directory, 'a-b': file(''), 'a/b': file('') })].reverse(),
    )
    expect([...canonicalTree(tree).keys()]).toEqual(['', 'a', 'a-b', 'a/b'])
  })

  it('is not changed by taking it again', () => {
    const once = canonicalTree(treeOf({ a: hardlink('b'), b: file('x'), d: directory, 'd/x': hardlink('b') }))
    expect([...canonicalTree(once)]).toEqual([...once])
  })

  it.each<[string, Parameters<typeof treeOf>[0], string]>([
    ['a missing parent', { 'a/b': file('') }, 'a/b lies in a directory that is missing'],
    [
      'a parent further up that is missing',
      { a: directory, 'a/b/c': file('') },
      'a/b/c lies in a directory that is missing',
    ],
    ['a parent that is a file', { a: file(''), 'a/b': file('') }, 'a/b lies below a file'],
    [
      'a parent that is a link',
      { a: { type: 'symlink', target: '/' }, 'a/b': file('') },
      'a/b lies below a symlink',
    ],
    ['a hard link to nothing', { a: hardlink('b') }, 'a is a hard link to b, which is not a file'],
    [
      'a hard link to a directory',
      { a: directory, b: hardlink('a') },
      'b is a hard link to a, which is not a file',
    ],
    [
      'a hard link to a hard link',
      { a: file(''), b: hardlink('a'), c: hardlink('b') },
      'c is a hard link to b, which',
    ],
  ])('does not exist with %s', (_, entries, reason) => {
    expect(() => canonicalTree(treeOf(entries))).toThrow(
      expect.objectContaining({ code: 'ARCHIVE_INVALID', message: expect.stringContaining(reason) }),
    )
  })
})
