import { buffer } from 'node:stream/consumers'
import { extract } from 'tar-stream'
import { expect, test } from 'vitest'
import { file, treeOf } from '../tar/alpine-like-tree.fixture.ts'
import type { Tree, TreePath } from '../tree/entry.ts'
import { writeData } from './data-writer.ts'
import { contentInMemory as openContent } from './package-corpus.fixture.ts'
import { type OwnerNames, planPayload } from './payload.ts'

const directory = { type: 'directory' } as const
const hardlink = (target: string) => ({ type: 'hardlink', target: target as TreePath }) as const
const checksum = 'APK-TOOLS.checksum.SHA1'
const buildDate = 1704067200

test('files and symbolic links carry a SHA-1, a link that of its target; nothing else does', async () => {
  const tree = treeOf({
    d: directory,
    'd/device': { type: 'character', major: 1, minor: 3 },
    'd/fifo': { type: 'fifo' },
    empty: file(''),
    file: file('hello\n'),
    hard: hardlink('file'),
    link: { type: 'symlink', target: '/run' },
  })
  const rows = await listed(tree)
  expect(rows.map(({ name, pax }) => [name, new Map(Object.entries(pax ?? {})).get(checksum)])).toEqual([
    ['d/', undefined],
    ['d/device', undefined],
    ['d/fifo', undefined],
    ['empty', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['file', 'f572d396fae9206628714fb2ce00f72e94f2258f'],
    ['hard', undefined],
    // As in Alpine's own alpine-baselayout, for var/run.
    ['link', 'd7f48d673ffc70ad9d48a2be709a55ad922e1784'],
  ])
})

test('a checksum stands beside what else needs PAX', async () => {
  const long = `${'n'.repeat(101)}\xe9`
  const xattrs = new Map([['user.a', Buffer.from('a\nb\n')]])
  const [row] = await listed(treeOf({ [long]: { ...file('hello\n'), xattrs } }))
  expect(row?.pax).toMatchObject({
    [checksum]: 'f572d396fae9206628714fb2ce00f72e94f2258f',
    'SCHILY.xattr.user.a': 'a\nb\n',
    path: expect.stringMatching(/^n{101}/),
  })
})

test('owners are numbers, and names where they are known', async () => {
  const owners = { users: new Map([[190, 'chrony']]), groups: new Map([[0, 'wheel']]) }
  const tree = treeOf({ a: file(''), b: { ...file(''), uid: 190, gid: 191 } })
  const rows = await listed(tree, owners)
  expect(rows.map(({ uid, gid, uname, gname }) => [uid, gid, uname, gname])).toEqual([
    [0, 0, 'root', 'wheel'],
    [190, 191, 'chrony', ''],
  ])
})

test('nothing is newer than the build, or older than 1970', async () => {
  const times = [-1, 0, buildDate, buildDate + 1]
  const tree = treeOf(Object.fromEntries(times.map((mtime, i) => [`f${i}`, { ...file(''), mtime }])))
  const rows = await listed(tree)
  expect(rows.map(({ mtime }) => (mtime?.getTime() ?? 0) / 1000)).toEqual([0, 0, buildDate, buildDate])
})

test.each<[string, Tree, string]>([
  ['a name that begins with a dot', treeOf({ '.dummy': file('') }), 'begins with a dot'],
  ['a folder that begins with a dot', treeOf({ '.d': directory }), 'begins with a dot'],
  ['a name with a line break', treeOf({ 'a\nR:b': file('') }), 'control character'],
  ['a name with a delete character', treeOf({ 'a\x7f': file('') }), 'control character'],
  ['too large a user', treeOf({ a: { ...file(''), uid: 8 ** 7 } }), 'too large a number'],
  ['too large a group', treeOf({ a: { ...file(''), gid: 8 ** 7 } }), 'too large a number'],
  ['too large a file', treeOf({ a: { ...file(''), size: 8 ** 11 } }), 'is too large'],
])('%s is refused', async (_, tree, reason) => {
  await expect(listed(tree)).rejects.toMatchObject({
    code: 'PACKAGE_INVALID',
    message: expect.stringContaining(reason),
  })
})

test('names with a dot or other bytes further on, and the largest numbers, are not', async () => {
  const tree = treeOf({ d: directory, 'd/.x': file(''), '\x85\xff': { ...file(''), uid: 8 ** 7 - 1 } })
  await expect(listed(tree)).resolves.toHaveLength(3)
})

test('what is no tree is refused', async () => {
  await expect(listed(treeOf({ 'd/a': file('') }))).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
  await expect(listed(treeOf({ a: hardlink('b') }))).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
})

test.each(['a b', 'a\n', '-a', '1', 'a:b', 'n'.repeat(32)])('an owner called %j is refused', async (name) => {
  const listing = listed(treeOf({ a: file('') }), { groups: new Map([[0, name]]) })
  await expect(listing).rejects.toMatchObject({ code: 'PACKAGE_INVALID' })
})

async function listed(tree: Tree, owners?: OwnerNames) {
  const payload = await planPayload(tree, { openContent, buildDate, owners })
  const reader = extract()
  reader.end(await buffer(writeData(payload, openContent)))
  const rows = []
  for await (const entry of reader) {
    rows.push(entry.header)
    entry.resume()
  }
  return rows
}
