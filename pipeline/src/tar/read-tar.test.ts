import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { treeOfTar } from './in-memory.fixture.ts'
import { chunksOf, end, long, member, pax, record } from './raw-tar.fixture.ts'
import { readTar } from './read-tar.ts'

const label = 'test.tar'
const base256 = (...bytes: number[]): string => String.fromCharCode(...bytes)

describe('a member', () => {
  it.each<[string, readonly Uint8Array[], object]>([
    ['the type bits that Go adds to modes', [member({ mode: '0104755' })], { mode: 0o4755 }],
    [
      'numbers that fill their fields',
      [member({ mtime: '000000000012', uid: '00000012' })],
      { mtime: 10, uid: 10 },
    ],
    [
      'numbers with spaces around',
      [member({ mode: '   755 ', mtime: '         17 ' })],
      { mode: 0o755, mtime: 15 },
    ],
    [
      'a large owner in base 256',
      [member({ uid: base256(0x80, 0, 0, 0, 0, 0x30, 0, 1) })],
      { uid: 0x300001 },
    ],
    [
      'a time before 1970 in base 256',
      [member({ mtime: base256(...Array(11).fill(255), 254) })],
      { mtime: -2 },
    ],
    [
      'a time of PAX, to the second below',
      [pax(record('mtime', '1700000000.999')), member({})],
      { mtime: 1700000000 },
    ],
    [
      'a time of PAX before 1970, to the second below',
      [pax(record('mtime', '-1.5')), member({})],
      { mtime: -2 },
    ],
    [
      'an owner of PAX',
      [pax(record('uid', '3000000') + record('gid', '7')), member({})],
      { uid: 3000000, gid: 7 },
    ],
    ['a name of PAX, bytes as they are', [pax(record('path', './\xff\n=')), member({})], { path: '\xff\n=' }],
    ['a name in two fields', [member({ prefix: 'a/b', name: 'c' })], { path: 'a/b/c' }],
    [
      'a name that fills both fields',
      [member({ prefix: 'p'.repeat(155), name: 'n'.repeat(100) })],
      { path: `${'p'.repeat(155)}/${'n'.repeat(100)}` },
    ],
    ['a long name of GNU', [long('L', './x/y'), member({ magic: 'ustar  \0' })], { path: 'x/y' }],
    [
      'a symbolic link of any form',
      [member({ type: '2', linkName: '../..//./x/' })],
      { target: '../..//./x/' },
    ],
    [
      'a device',
      [member({ type: '4', major: '0000010', minor: '0000021' })],
      { type: 'block', major: 8, minor: 17 },
    ],
    [
      'extended attributes, bytes as they are',
      [
        pax(record('SCHILY.xattr.user.a', '\0\x80\n=\xff') + record('LIBARCHIVE.xattr.user.a', 'AA')),
        member({}),
      ],
      { xattrs: new Map([['user.a', Buffer.of(0, 0x80, 10, 0x3d, 0xff)]]) },
    ],
  ])('has %s', async (_, archive, expected) => {
    const tree = await treeOfTar(Buffer.concat([...archive, end]))
    expect([...tree.values()]).toEqual([expect.objectContaining(expected)])
  })

  it('that is a hard link to another link is one to the file', async () => {
    const link = (name: string, linkName: string): Buffer => member({ name, linkName, type: '1' })
    const tree = await treeOfTar(
      Buffer.concat([member({ name: 'a' }), link('b', './a'), link('c', 'b'), end]),
    )
    expect([...tree.values()].map((entry) => 'target' in entry && entry.target)).toEqual([false, 'a', 'a'])
  })

  it('does not lend its PAX records or long names to the next one', async () => {
    const archive = [
      pax(record('path', 'a') + record('uid', '9')),
      member({}),
      member({ name: 'b' }),
      long('L', 'c'),
      member({}),
      member({ name: 'd' }),
      end,
    ]
    const tree = await treeOfTar(Buffer.concat(archive))
    expect([...tree.values()].map(({ path, uid }) => [path, uid])).toEqual([
      ['a', 9],
      ['b', 0],
      ['c', 0],
      ['d', 0],
    ])
  })
})

describe('names that are rooted', () => {
  const read = async (name: string, type: string): Promise<string[]> => {
    const tree = await treeOfTar(Buffer.concat([member({ name, type }), end]), { names: 'rooted' })
    return [...tree.keys()]
  }

  it.each([
    ['/a/b', '0', 'a/b'],
    ['//a///b', '0', 'a/b'],
    ['./a/./b', '0', 'a/b'],
    ['a//', '5', 'a'],
    ['/.a', '0', '.a'],
    ['/', '5', ''],
    ['.', '5', ''],
    ['.//.', '5', ''],
  ])('are read in a root of their own: %s', async (name, type, path) => {
    expect(await read(name, type)).toEqual([path])
  })

  it.each([
    ['..', '5'],
    ['/../a', '0'],
    ['a/../b', '0'],
    ['a/..', '5'],
    ['/', '0'],
    ['.', '0'],
    ['', '5'],
    ['a/', '0'],
  ])('are refused where they lead out or nowhere: %s', async (name, type) => {
    await expect(read(name, type)).rejects.toThrow('not a path below the root')
  })

  it('are so in hard links, and not in symbolic ones', async () => {
    const links = [member({ name: 'a' }), member({ name: 'b', type: '1', linkName: '/./a' })]
    const tree = await treeOfTar(
      Buffer.concat([...links, member({ name: 'c', type: '2', linkName: '//a' }), end]),
      { names: 'rooted' },
    )
    expect([...tree.values()].map((entry) => 'target' in entry && entry.target)).toEqual([false, 'a', '//a'])
  })
})

describe('a content', () => {
  const contents = ['x'.repeat(1000), '', 'y'.repeat(512), 'z']
  const archive = Buffer.concat([...contents.map((text, i) => member({ name: `f${i}` }, text)), end])

  it.each([1, 100, 512, 10_000])('is whole and stands at its offset, in chunks of %i bytes', async (size) => {
    const found: string[] = []
    for await (const { offset, content } of readTar(chunksOf(archive, size), { label })) {
      const text = String(await buffer(content))
      expect(archive.toString('latin1', offset, offset + text.length)).toBe(text)
      found.push(text)
    }
    expect(found).toEqual(contents)
  })

  it('may be left, or left half read', async () => {
    const paths: string[] = []
    for await (const { path, content } of readTar(chunksOf(archive, 300), { label })) {
      paths.push(path)
      if (path === 'f0') for await (const _ of content) break
    }
    expect(paths).toEqual(['f0', 'f1', 'f2', 'f3'])
  })

  it('cannot be read twice, or after the next member', async () => {
    const reading = readTar(chunksOf(archive), { label })
    const first = await reading.next()
    const second = await reading.next()
    if (first.done || second.done) throw new Error('two members expected')
    await expect(buffer(first.value.content)).rejects.toThrow('asked for twice, or after the next member')
    await buffer(second.value.content)
    await expect(buffer(second.value.content)).rejects.toThrow('asked for twice')
    await reading.return()
  })
})

it('a stream is let go when the reader stops early', async () => {
  let isClosed = false
  async function* stream(): AsyncGenerator<Uint8Array> {
    try {
      yield* chunksOf(Buffer.concat([member({ name: 'a' }), member({ name: 'b' }), end]))
    } finally {
      isClosed = true
    }
  }
  for await (const { path } of readTar(stream(), { label })) if (path === 'a') break
  expect(isClosed).toBe(true)
})
