import { expect, test } from 'vitest'
import { aPackageOf, aRootfs, link, program, text, usrMerged } from '../../test/support/a-tree.ts'
import { treeOf } from '../tar/alpine-like-tree.fixture.ts'
import { ownedFiles, pristineFiles } from './owned-files.ts'

const owned = ({ tree, packages }: ReturnType<typeof aRootfs>) =>
  [...ownedFiles(tree, packages)].map(({ path }) => path).toSorted()
const pristine = (rootfs: ReturnType<typeof aRootfs>) =>
  [...pristineFiles(rootfs.packages, rootfs).keys()].toSorted()

test('the files of packages are found once, whatever their names, and are pristine', () => {
  const rootfs = aRootfs()
  expect(owned(rootfs)).toEqual([
    'bin/busybox',
    'etc/apk/keys/alpine.rsa.pub',
    'etc/busybox-paths.d/busybox',
    'etc/group',
    'etc/init.d/sshd',
    'etc/passwd',
    'etc/shadow',
    'lib/liba.so',
  ])
  expect(pristine(rootfs)).toEqual(owned(rootfs))
})

test('they are found behind links into /usr', () => {
  const rootfs = usrMerged(aRootfs())
  expect(owned(rootfs)).toEqual(expect.arrayContaining(['usr/bin/busybox', 'usr/lib/liba.so']))
  expect(pristine(rootfs)).toEqual(owned(rootfs))
})

test('a file is pristine by its other name too, though its first name is no package’s', () => {
  const rootfs = aRootfs(
    { 'a.so': program('library'), 'lib/liba.so': { type: 'hardlink', target: 'a.so' as never } },
    { packages: [aPackageOf(treeOf({ 'lib/liba.so': program('library') }))] },
  )
  expect([owned(rootfs), pristine(rootfs)]).toEqual([['a.so'], ['a.so']])
})

test.each([
  ['another content', { 'bin/busybox': text('x') }],
  ['a link', { 'bin/busybox': link('sh') }],
  ['nothing', { 'bin/busybox': undefined }],
  ['a file of nobody, elsewhere', { 'bin/busybox': undefined, 'bin/copy': program() }],
])('%s in the place of a file is not pristine', (_, changes) => {
  const found = pristine(aRootfs(changes))
  expect(found).not.toContain('bin/busybox')
  expect(found).not.toContain('bin/copy')
  expect(found).toContain('lib/liba.so')
})

test('a file that was not hashed, or of which the database has no checksum, is not pristine', () => {
  const rootfs = aRootfs()
  expect(pristineFiles(rootfs.packages, { ...rootfs, sha1: new Map() }).size).toBe(0)
  const packages = rootfs.packages.map((one) => ({
    ...one,
    files: one.files.map((file) => ({ ...file, checksum: undefined })),
  }))
  expect(pristineFiles(packages, rootfs).size).toBe(0)
})

test('each has the package that brought its content, where several own its path', () => {
  const changed = aPackageOf(treeOf({ 'bin/busybox': program('other') }), 'other')
  const rootfs = aRootfs()
  const pristine = pristineFiles([...rootfs.packages, changed], rootfs)
  expect(pristine.get('bin/busybox' as never)).toBe(rootfs.packages[0])
})
