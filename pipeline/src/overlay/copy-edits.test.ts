import { expect, test } from 'vitest'
import { aTree, directory, hardLink, link, text } from '../../test/support/a-tree.ts'
import { recipeSchema } from '../recipe/schema.ts'
import { applyEdits } from '../tree/apply-edits.ts'
import type { Tree, TreePath } from '../tree/entry.ts'
import { copyEdits } from './copy-edits.ts'

const placement = {
  ownerOf: (owner = '0:0') => ({ uid: owner === 'dev:dev' ? 1000 : 0, gid: owner === 'dev:dev' ? 1001 : 0 }),
  epoch: 9,
}
const source = {
  ...text('settings', { mode: 0o640, uid: 3, gid: 4 }),
  xattrs: new Map([['security.capability', Buffer.from('x')]]),
}
const tree = aTree({
  'etc/rc.conf': source,
  'etc/other': { ...hardLink('etc/rc.conf'), mode: 0o640, uid: 3, gid: 4 },
  'etc/link': link('../lib64/../../etc/rc.conf'),
  lib64: link('usr/lib'),
  usr: directory,
  'usr/lib': directory,
  'usr/lib/x': text('behind'),
})

const copy = (from: string, to: string, options: object = {}) =>
  recipeSchema.shape.copies.parse([{ from, to, ...options }])

function copied(...copies: Parameters<typeof copy>): Tree {
  return applyEdits(tree, copyEdits(tree, copy(...copies), placement))
}

test.each(['/etc/rc.conf', '/etc/other', '/etc/link'])(
  'a copy of %s has content, mode and owner of the file, the source date and no extended attributes',
  (from) => {
    const { xattrs: _, ...rest } = source
    expect(copied(from, '/etc/new/rc.conf').get('etc/new/rc.conf' as TreePath)).toEqual({
      ...rest,
      path: 'etc/new/rc.conf',
      mtime: 9,
    })
  },
)

test('a copy may have another mode and owner', () => {
  const after = copied('/etc/rc.conf', '/etc/copy', { mode: '0600', owner: 'dev:dev' })
  expect(after.get('etc/copy' as TreePath)).toMatchObject({ mode: 0o600, uid: 1000, gid: 1001 })
})

test('source and copy are found behind links to folders', () => {
  const after = copied('/lib64/x', '/lib64/y')
  expect(after.get('usr/lib/y' as TreePath)).toMatchObject(text('behind'))
  expect(after.get('lib64' as TreePath)).toMatchObject(link('usr/lib'))
})

test('every copy is of the tree that was given, not of what another copy made', () => {
  const copies = [...copy('/usr/lib/x', '/etc/rc.conf'), ...copy('/etc/rc.conf', '/etc/second')]
  const after = applyEdits(tree, copyEdits(tree, copies, placement))
  expect(after.get('etc/second' as TreePath)).toMatchObject(text('settings', { mode: 0o640 }))
  expect(after.get('etc/rc.conf' as TreePath)).toMatchObject(text('behind'))
})

test.each(['/etc/none', '/etc', '/none/x', '/bin/sh/x'])(
  'a copy of %s, which is no file, is refused',
  (from) => {
    expect(() => copied(from, '/etc/copy')).toThrow(
      expect.objectContaining({
        code: 'RECIPE_INVALID',
        message: `${from}, which is to be copied to /etc/copy, is not a file of the packages`,
        hint: expect.stringContaining('optional'),
      }),
    )
  },
)

test.each(['/etc/none', '/etc', '/none/x'])('an optional copy of %s is left out', (from) => {
  expect(copied(from, '/etc/copy', { optional: true })).toEqual(tree)
})

test('a copy does not replace a folder', () => {
  expect(() => copied('/etc/rc.conf', '/usr')).toThrow(expect.objectContaining({ code: 'RECIPE_INVALID' }))
})
