import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { Entry, Tree, TreePath } from '../tree/entry.ts'
import { alpineLikeTree, file, treeOf } from './alpine-like-tree.fixture.ts'
import { tarOf, treeOfTar } from './in-memory.fixture.ts'
import { record } from './raw-tar.fixture.ts'
import { tarStreamRows, treeRows } from './tar-stream.fixture.ts'
import { writeTar } from './write-tar.ts'

const directory = { type: 'directory' } as const

describe('writing a tar', () => {
  it('keeps every entry of an Alpine-like tree, and its order is that of the path bytes', async () => {
    expect([...(await treeOfTar(await tarOf(alpineLikeTree)))]).toEqual(
      [...alpineLikeTree].sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  })

  it('depends on the tree alone, not on the order of its entries or attributes', async () => {
    const shuffled = new Map([...alpineLikeTree].reverse().map(([path, entry]) => [path, reversed(entry)]))
    expect((await tarOf(shuffled)).equals(await tarOf(alpineLikeTree))).toBe(true)
    const changed = new Map(alpineLikeTree)
    changed.set('tmp' as TreePath, { ...(changed.get('tmp' as TreePath) as Entry), mode: 0o777 })
    expect((await tarOf(changed)).equals(await tarOf(alpineLikeTree))).toBe(false)
  })

  it('uses one plain block for what fits it: names are bytes, owners numbers, nothing is padded for tapes', async () => {
    const tar = await tarOf(
      treeOf({ '\xe9': { ...file('hello'), mode: 0o4755, uid: 8 ** 7 - 1, mtime: 8 ** 11 - 1 } }),
    )
    expect(tar.length).toBe(512 + 512 + 1024)
    expect(tar.toString('latin1', 0, 265)).toBe(
      `\xe9${'\0'.repeat(99)}0004755\x007777777\x000000000\x0000000000005\x0077777777777\x00` +
        `${tar.toString('latin1', 148, 156)}0${'\0'.repeat(100)}ustar\x0000`,
    )
    expect(tar.toString('latin1', 265, 329)).toBe('\0'.repeat(64))
  })

  it.each<[string, Tree, string]>([
    ['a long name', treeOf({ ['n'.repeat(101)]: file('') }), record('path', 'n'.repeat(101))],
    [
      'a long name that is not ASCII',
      treeOf({ ['\xe9'.repeat(101)]: file('') }),
      `21 hdrcharset=BINARY\n${record('path', '\xe9'.repeat(101))}`,
    ],
    [
      'a long target',
      treeOf({ l: { type: 'symlink', target: 't'.repeat(101) } }),
      record('linkpath', 't'.repeat(101)),
    ],
    ['a large owner', treeOf({ a: { ...file(''), uid: 8 ** 7 } }), '15 uid=2097152\n'],
    ['an early time', treeOf({ a: { ...file(''), mtime: -1 } }), '12 mtime=-1\n'],
  ])('uses PAX for %s, and for that only', async (_, tree, records) => {
    const tar = await tarOf(tree)
    expect(tar.toString('latin1', 512, 1024).replace(/\0+$/, '')).toBe(records)
    expect(tar.length).toBe(4 * 512 + 512)
  })

  it('writes the root only when asked', async () => {
    const tree = treeOf({ '': { ...directory, mode: 0o700 }, a: file('') })
    expect([...(await treeOfTar(await tarOf(tree))).keys()]).toEqual(['a'])
    expect([...(await treeOfTar(await tarOf(tree, { root: true }))).keys()]).toEqual(['', 'a'])
  })

  it.each([
    ['fewer', ['hel']],
    ['fewer', []],
    ['more', ['hello', '!']],
  ])('stops when a content has %s bytes than its entry says', async (than, parts) => {
    const tree = treeOf({ a: file('hello') })
    async function* content(): AsyncGenerator<Uint8Array> {
      for (const part of parts) yield Buffer.from(part)
    }
    await expect(buffer(writeTar(tree, content))).rejects.toMatchObject({
      code: 'FILE_FAILED',
      message: `The content of a has ${than} than its 5 bytes`,
    })
  })

  it.each<[string, Tree]>([
    [
      'a hard link before its file',
      treeOf({ a: { type: 'hardlink', target: 'b' as TreePath }, b: file('') }),
    ],
    [
      'a hard link to a link',
      treeOf({ a: { type: 'symlink', target: 'x' }, b: { type: 'hardlink', target: 'a' as TreePath } }),
    ],
    ['an entry without its directory', treeOf({ 'a/b': file('') })],
    ['an entry below a link', treeOf({ a: { type: 'symlink', target: '/' }, 'a/b': file('') })],
    ['a time that is no whole second', treeOf({ a: { ...file(''), mtime: 0.5 } })],
    ['a mode with a type', treeOf({ a: { ...file(''), mtime: 0, mode: 0o10000000 } })],
    [
      'an attribute name that tar cannot hold',
      treeOf({ a: { ...file(''), xattrs: new Map([['user.a=b', Buffer.of(1)]]) } }),
    ],
  ])('takes %s for a bug of ours', async (_, tree) => {
    await expect(tarOf(tree)).rejects.toThrow(expect.not.objectContaining({ name: 'PipelineError' }))
  })

  it('is read alike by tar-stream, except for what that decodes as UTF-8', async () => {
    const tar = await tarOf(alpineLikeTree)
    expect(await tarStreamRows(tar)).toEqual(treeRows(await treeOfTar(tar)))
  })
})

function reversed<T extends Entry>(entry: T): T {
  const { xattrs } = entry
  const turned = Object.fromEntries(Object.entries(entry).reverse()) as T
  return xattrs === undefined ? turned : { ...turned, xattrs: new Map([...xattrs].reverse()) }
}
