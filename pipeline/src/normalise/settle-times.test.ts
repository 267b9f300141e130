import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aTree, directory, hardLink, link, text } from '../../test/support/a-tree.ts'
import type { Tree, TreePath } from '../tree/entry.ts'
import { settleTimes } from './settle-times.ts'

const epoch = 1_700_000_000
const built = new Map([
  ['packaged', 1_600_000_000],
  ['young', epoch + 1],
])
const rule = { epoch, buildDateOf: (path: TreePath) => built.get(path) }

const tree = aTree({
  packaged: text('a'),
  'packaged-2': hardLink('packaged'),
  young: text('b'),
  'young-2': hardLink('young'),
  written: text('c'),
  'written-2': hardLink('written'),
  folder: directory,
  link: link('packaged'),
  device: { type: 'character', major: 1, minor: 3 },
})

test.each([
  ['a file of a package has the time at which that was built', 'packaged', 1_600_000_000],
  ['so do its other names', 'packaged-2', 1_600_000_000],
  ['a file of a package is never younger than the source date', 'young', epoch],
  ['nor are its other names', 'young-2', epoch],
  ['a file that was written here has the source date', 'written', epoch],
  ['so do its other names', 'written-2', epoch],
  ['a folder has the source date', 'folder', epoch],
  ['a link has it, even one to a file of a package', 'link', epoch],
  ['a device has it', 'device', epoch],
])('%s', (_, name, time) => {
  expect(settleTimes(tree, rule).get(name as TreePath)?.mtime).toBe(time)
})

test('nothing but times changes, and the tree that was given stays', () => {
  const before = new Map(tree)
  const timeless = (entries: Tree) => [...entries.values()].map((entry) => ({ ...entry, mtime: 0 }))
  expect(timeless(settleTimes(tree, rule))).toEqual(timeless(tree))
  expect(tree).toEqual(before)
})

test('the times that the tree had do not show', () => {
  const settled = settleTimes(tree, rule)
  const times = fc.array(fc.integer({ min: -(2 ** 40), max: 2 ** 40 }), {
    minLength: tree.size,
    maxLength: tree.size,
  })
  fc.assert(
    fc.property(times, (times) => {
      const touched = [...tree].map(
        ([path, entry], index) => [path, { ...entry, mtime: times[index] ?? 0 }] as const,
      )
      expect(settleTimes(new Map(touched), rule)).toEqual(settled)
    }),
  )
})
