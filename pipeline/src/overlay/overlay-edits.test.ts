import { expect, test } from 'vitest'
import { aTree, directory, link, text } from '../../test/support/a-tree.ts'
import type { Sha256 } from '../digest.ts'
import type { OverlayFile } from '../load/read-overlay.ts'
import { applyEdits } from '../tree/apply-edits.ts'
import type { Tree, TreePath } from '../tree/entry.ts'
import { copyEdits } from './copy-edits.ts'
import { overlayEdits } from './overlay-edits.ts'
import { ownerResolver } from './owner.ts'

const accounts = {
  passwd: 'root:x:0:0:root:/root:/bin/sh\ndev:x:1000:1001::/home/dev:/bin/sh\n',
  group: 'root:x:0:root\nwheel:x:10:root\n',
  shadow: '',
}
const placement = { ownerOf: ownerResolver(accounts), epoch: 9 }
const tree = aTree({
  'usr/lib': directory,
  usr: directory,
  lib64: link('usr/lib'),
  var: { ...directory, mode: 0o700, uid: 7 },
})

const file = (
  path: string,
  attributes: OverlayFile['attributes'] = {},
  source = `/host${path}`,
): OverlayFile => ({
  ...{ type: 'file', path, attributes, source, size: 5, sha256: 'unused' as Sha256 },
})
const folder = (path: string, attributes: OverlayFile['attributes'] = {}): OverlayFile => ({
  ...{ type: 'directory', path, attributes },
})
const symlink = (path: string, target: string, attributes: OverlayFile['attributes'] = {}): OverlayFile => ({
  ...{ type: 'symlink', path, target, attributes },
})

function lay(files: OverlayFile[], rest: { folders?: string[]; links?: Record<string, string> } = {}): Tree {
  return applyEdits(tree, overlayEdits(files, { folders: [], links: {}, ...rest }, placement))
}

const at = (after: Tree, path: string) => after.get(path as TreePath)

test('a file of an overlay is 0644 of root’s, with the source date and the content of the host’s file', () => {
  expect(at(lay([file('/etc/x')]), 'etc/x')).toEqual({
    ...{ type: 'file', path: 'etc/x', mode: 0o644, uid: 0, gid: 0, mtime: 9, size: 5 },
    content: { file: '/host/etc/x', offset: 0 },
  })
})

test('missing folders are made, 0755 of root’s', () => {
  const after = lay([folder('/opt'), folder('/opt/a'), file('/opt/a/x')])
  for (const path of ['opt', 'opt/a'])
    expect(at(after, path)).toEqual({ ...directory, path, mode: 0o755, uid: 0, gid: 0, mtime: 9 })
})

test('an empty folder of an overlay is not made, since git keeps none', () => {
  expect(lay([folder('/opt')])).toEqual(tree)
})

test.each([
  ['dev:wheel', 1000, 10],
  ['1:2', 1, 2],
  ['dev:5', 1000, 5],
])('files, folders and links may have a mode and the owner %s', (owner, uid, gid) => {
  const after = lay([
    file('/etc/x', { mode: 0o4750, owner }),
    folder('/var', { mode: 0o1777, owner }),
    folder('/opt', { owner }),
    symlink('/etc/y', 'x', { owner }),
  ])
  expect(at(after, 'etc/x')).toMatchObject({ mode: 0o4750, uid, gid })
  expect(at(after, 'var')).toMatchObject({ type: 'directory', mode: 0o1777, uid, gid })
  expect(at(after, 'opt')).toMatchObject({ type: 'directory', mode: 0o755, uid, gid })
  expect(at(after, 'etc/y')).toMatchObject({ type: 'symlink', mode: 0o777, uid, gid })
})

test('a folder that is there keeps mode and owner where the recipe gives it none', () => {
  expect(at(lay([folder('/var'), file('/var/x')]), 'var')).toEqual(at(tree, 'var'))
})

test.each([
  ['nobody:root', "the image has no user 'nobody', which the recipe names as an owner"],
  ['root:nobody', "the image has no group 'nobody', which the recipe names as an owner"],
  ['wheel:dev', "the image has no user 'wheel', which the recipe names as an owner"],
])('the owner %s is refused', (owner, message) => {
  expect(() => lay([file('/etc/x', { owner })])).toThrow(
    expect.objectContaining({ code: 'RECIPE_INVALID', message }),
  )
})

test('a mode of a link is refused: it has none', () => {
  expect(() => lay([symlink('/etc/x', 'y', { mode: 0o600 })])).toThrow(
    expect.objectContaining({
      code: 'RECIPE_INVALID',
      message: '/etc/x is a symbolic link, which has no mode',
    }),
  )
})

test('links keep their targets as they are written, as bytes', () => {
  const after = lay([symlink('/etc/a', '../é')], { links: { '/etc/ü': '/run//x/' } })
  expect(at(after, 'etc/a')).toMatchObject(link('../\xc3\xa9'))
  expect(at(after, 'etc/\xc3\xbc')).toMatchObject(link('/run//x/'))
})

test('the folders of a recipe are 0755 of root’s, also where they are there with another mode', () => {
  const after = lay([], { folders: ['/run/openrc', '/var'] })
  for (const path of ['run', 'run/openrc', 'var'])
    expect(at(after, path)).toMatchObject({ ...directory, mode: 0o755, uid: 0, gid: 0 })
})

test('all of it lands behind links to folders, as in a usr-merged system', () => {
  const after = lay([folder('/lib64'), file('/lib64/x')], {
    folders: ['/lib64/d'],
    links: { '/lib64/l': 'x' },
  })
  expect(at(after, 'lib64')).toMatchObject(link('usr/lib'))
  expect(['x', 'd', 'l'].map((name) => at(after, `usr/lib/${name}`)?.type)).toEqual([
    'file',
    'directory',
    'symlink',
  ])
})

test('a later overlay wins over an earlier one, the overlay over copies, and links over all', () => {
  const path = '/etc/x'
  const copy = copyEdits(tree, [{ from: '/etc/group', to: path, optional: false }], placement)
  const result = (files: OverlayFile[], links = {}) =>
    at(applyEdits(tree, [...copy, ...overlayEdits(files, { folders: [], links }, placement)]), 'etc/x')
  expect(result([])).toMatchObject(text('root:x:0:root\nshadow:x:42:\n'))
  expect(result([file(path, {}, '/first')])).toMatchObject({ content: { file: '/first' } })
  expect(result([file(path, {}, '/first'), file(path, {}, '/second')])).toMatchObject({
    content: { file: '/second' },
  })
  expect(result([file(path)], { [path]: 'y' })).toMatchObject(link('y'))
})

test.each<[string, OverlayFile[], object]>([
  ['a file in the place of a folder', [file('/etc')], {}],
  ['a file below a file', [file('/etc/group/x')], {}],
  ['a link in the place of a folder', [], { links: { '/etc': 'x' } }],
  ['a folder below a file', [], { folders: ['/etc/group/x'] }],
])('%s is refused', (_, files, rest) => {
  expect(() => lay(files, rest)).toThrow(expect.objectContaining({ code: 'RECIPE_INVALID' }))
})
