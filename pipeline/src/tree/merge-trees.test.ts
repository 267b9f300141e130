import { expect, test } from 'vitest'
import { isPipelineError } from '../errors.ts'
import type { Entry, Tree, TreePath } from './entry.ts'
import { mergeTrees } from './merge-trees.ts'

function directory(path: string): Entry {
  return { type: 'directory', path: path as TreePath, mode: 0o700, uid: 1, gid: 1, mtime: 5 }
}

function file(path: string, content: string): Entry {
  const bytes = Buffer.from(content)
  const owned = { mode: 0o644, uid: 0, gid: 0, mtime: 5 }
  return { type: 'file', path: path as TreePath, ...owned, size: bytes.length, content: { bytes } }
}

function treeOf(...entries: Entry[]): Tree {
  return new Map(entries.map((entry) => [entry.path, entry]))
}

test('missing folders above an addition are made, and those that are there stay as they are', () => {
  const merged = mergeTrees(treeOf(directory('var')), treeOf(directory('var/lib/x')), 9)
  expect([...merged.values()]).toEqual([
    directory('var'),
    { type: 'directory', path: 'var/lib', mode: 0o755, uid: 0, gid: 0, mtime: 9 },
    directory('var/lib/x'),
  ])
})

test('of two entries with one path the addition stays', () => {
  const merged = mergeTrees(treeOf(file('a', 'old')), treeOf(file('a', 'new')), 9)
  expect(merged.get('a' as TreePath)).toEqual(file('a', 'new'))
})

test('an addition below a file is refused', () => {
  try {
    mergeTrees(treeOf(file('var', '')), treeOf(file('var/a', '')), 9)
    expect.unreachable()
  } catch (error) {
    expect(isPipelineError(error, 'ARCHIVE_INVALID')).toBe(true)
  }
})
