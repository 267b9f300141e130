import { expect, test } from 'vitest'
import { aTree, text } from '../../test/support/a-tree.ts'
import { applyEdits, type Edit } from '../tree/apply-edits.ts'
import type { Entry, TreePath } from '../tree/entry.ts'
import { changedPaths } from './changed-paths.ts'

const path = (name: string) => name as TreePath
const tree = aTree()

test.each<[string, Edit[], string[]]>([
  ['nothing', [], []],
  ['what is added, with the folders that it needs', [put('opt/x')], ['opt', 'opt/x']],
  ['what is replaced', [put('etc/group')], ['etc/group']],
  ['what is removed, with all below it', [remove('etc/init.d')], ['etc/init.d', 'etc/init.d/sshd']],
  ['what has another mode', [{ type: 'attributes', path: path('root'), mode: 0 }], ['root']],
  ['nothing, where what is added is removed again', [put('opt'), remove('opt')], []],
])('%s is changed', (_, edits, changed) => {
  expect([...changedPaths(tree, applyEdits(tree, edits))].toSorted()).toEqual(changed)
})

function put(name: string): Edit {
  const entry = { ...text(''), path: path(name), uid: 0, gid: 0, mtime: 0 } as Extract<
    Entry,
    { type: 'file' }
  >
  return { type: 'put', entry }
}

function remove(name: string): Edit {
  return { type: 'remove', path: path(name) }
}
