import { buffer } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { chunksOf, end, long, member, pax, record } from '../tar/raw-tar.fixture.ts'
import type { TreePath } from '../tree/entry.ts'
import { headerSource } from './header-source.ts'
import { type LayerEntries, LayerTree } from './layer-tree.ts'
import { layerMembers, splitLayer } from './split-layer.ts'
import { parseTarSplit } from './tar-split.ts'

const directory = (name: string, mode = '0000755'): Buffer => member({ name, type: '5', mode })
const link = (name: string, linkName: string): Buffer => member({ name, linkName, type: '1' })
const symlink = (name: string, linkName: string): Buffer => member({ name, linkName, type: '2' })
const xattr = (name: string): Buffer => pax(record(`SCHILY.xattr.${name}`, 'value'))

async function split(tar: Uint8Array): Promise<{ layer: LayerEntries; lines: Buffer }> {
  const tree = new LayerTree('a layer')
  const lines = await buffer(splitLayer(chunksOf(tar), { label: 'a layer', tree }))
  return { layer: tree.finish('layer.tar'), lines }
}

async function layerOf(...members: Uint8Array[]): Promise<LayerEntries> {
  return (await split(Buffer.concat([...members, end]))).layer
}

const at = ({ entries }: LayerEntries, path: string) => entries.get(path as TreePath)
const whiteout = { type: 'character', major: 0, minor: 0, mode: 0, mtime: 0 }
const opaque = new Map([['trusted.overlay.opaque', Buffer.from('y')]])

describe('a layer', () => {
  it('has the root that container engines give it, whatever it says', async () => {
    const layer = await layerOf(member({ name: './', type: '5', mode: '0000700', uid: '0001750' }))
    expect([...layer.entries.values()]).toEqual([
      { type: 'directory', path: '', mode: 0o555, uid: 0, gid: 0, mtime: 0 },
    ])
    expect(layer.uids).toEqual([1000])
  })

  it('has the directories that it only implies', async () => {
    const layer = await layerOf(member({ name: 'a/b/c', uid: '0000007' }))
    expect([...layer.entries.keys()]).toEqual(['', 'a', 'a/b', 'a/b/c'])
    expect(at(layer, 'a/b')).toMatchObject({ type: 'directory', mode: 0o755, uid: 0, mtime: 0 })
  })

  it('may name a directory after what lies in it', async () => {
    const layer = await layerOf(member({ name: 'a/b' }), directory('a/', '0001777'))
    expect(at(layer, 'a')).toMatchObject({ mode: 0o1777 })
  })

  it('may name paths from the root, and links too', async () => {
    const layer = await layerOf(directory('/'), member({ name: '/ko-app/x' }), link('//y/./z', '/ko-app/x'))
    expect(at(layer, 'y/z')).toMatchObject({ type: 'hardlink', target: 'ko-app/x' })
  })

  it('turns whiteouts into devices with their owners, which do not count', async () => {
    const layer = await layerOf(member({ name: 'a/.wh.b', uid: '0000007', gid: '0000011' }))
    expect(at(layer, 'a/b')).toEqual({ ...whiteout, path: 'a/b', uid: 7, gid: 9 })
    expect([layer.entries.has('a/.wh.b' as TreePath), layer.uids]).toEqual([false, []])
  })

  it.each([
    ['a marker', [directory('a'), member({ name: 'a/.wh..wh..opq' }), member({ name: 'a/b' })]],
    ['a marker before the directory', [member({ name: 'a/.wh..wh..opq' }), directory('a')]],
    ['a whiteout of it', [member({ name: '.wh.a' }), directory('a')]],
    ['a whiteout after it', [directory('a'), member({ name: '.wh.a' })]],
    ['a whiteout of what is only implied', [member({ name: '.wh.a' }), member({ name: 'a/b' })]],
  ])('makes a directory opaque by %s', async (_, members) => {
    expect(at(await layerOf(...members), 'a')).toMatchObject({ type: 'directory', xattrs: opaque })
  })

  it('can be opaque as a whole', async () => {
    expect(at(await layerOf(member({ name: '.wh..wh..opq' })), '')).toMatchObject({ xattrs: opaque })
  })

  it('has the file that it brings in the place of one it hides', async () => {
    expect(at(await layerOf(member({ name: '.wh.a' }), member({ name: 'a' }, 'new')), 'a')).toMatchObject({
      type: 'file',
      size: 3,
    })
  })

  it('has a second symbolic link for a hard link to one', async () => {
    const layer = await layerOf(symlink('a', 'x'), link('b', 'a'), link('c', 'b'))
    expect(at(layer, 'c')).toEqual(expect.objectContaining({ type: 'symlink', target: 'x', path: 'c' }))
  })

  it('gives a file the attributes of its last name', async () => {
    const layer = await layerOf(
      member({ name: 'b', uid: '0000001' }),
      member({ name: 'a', type: '1', linkName: 'b', uid: '0000002', mode: '0004755' }),
    )
    expect(at(layer, 'a')).toMatchObject({ type: 'file', uid: 2, mode: 0o4755 })
    expect(at(layer, 'b')).toMatchObject({ type: 'hardlink', target: 'a', uid: 2 })
  })

  it('keeps capabilities and drops labels of SELinux', async () => {
    const records =
      record('SCHILY.xattr.security.capability', 'c') + record('SCHILY.xattr.security.selinux', 's')
    const layer = await layerOf(
      pax(records),
      member({ name: 'a' }),
      xattr('security.selinux'),
      member({ name: 'b' }),
    )
    expect(at(layer, 'a')?.xattrs).toEqual(new Map([['security.capability', Buffer.from('c')]]))
    expect(at(layer, 'b')).not.toHaveProperty('xattrs')
  })

  it.each<[string, Uint8Array[], RegExp]>([
    ['a path twice', [member({ name: 'a' }), member({ name: './a' })], /in the archive twice/],
    ['a directory twice', [directory('a'), directory('a/')], /in the archive twice/],
    ['a way out', [member({ name: 'a/../../b' })], /not a path below the root/],
    ['a hard link out', [link('a', '../b')], /not a path below the root/],
    [
      'a file below a symbolic link',
      [symlink('a', '/etc'), member({ name: 'a/b' })],
      /lies below the symlink/,
    ],
    ['a file below a file', [member({ name: 'a' }), member({ name: 'a/b' })], /lies below the file/],
    ['a hard link to nothing', [link('a', 'b')], /no file before it/],
    ['a hard link to a later file', [link('a', 'b'), member({ name: 'b' })], /no file before it/],
    ['a hard link to a directory', [directory('a'), link('b', 'a')], /hard link/],
    ['a hard link to a whiteout', [member({ name: '.wh.a' }), link('b', '.wh.a')], /hard link to a whiteout/],
    ['a whiteout without a name', [member({ name: 'a/.wh.' })], /whiteout of nothing/],
    ['a whiteout of the directory itself', [member({ name: 'a/.wh..' })], /whiteout of nothing/],
    ['a whiteout of the parent', [member({ name: 'a/.wh...' })], /whiteout of nothing/],
    ["AUFS's bookkeeping", [member({ name: '.wh..wh.aufs' })], /whiteout of nothing/],
    ['a directory named as a whiteout', [directory('.wh.a')], /no empty file/],
    ['a whiteout with a content', [member({ name: '.wh.a' }, 'x')], /no empty file/],
    ['a symbolic link named as a whiteout', [symlink('.wh.a', 'x')], /no empty file/],
    ["overlayfs's redirect", [xattr('trusted.overlay.redirect'), directory('a')], /attributes of overlayfs/],
    ["overlayfs's opaque", [xattr('user.overlay.opaque'), directory('a')], /attributes of overlayfs/],
    ['a root that is a file', [member({ name: '/' })], /not a path/],
    ['something after the end', [end, member({ name: 'a' })], /follows the end/],
  ])('is refused with %s', async (_, members, message) => {
    await expect(layerOf(...members)).rejects.toThrow(
      expect.objectContaining({ code: 'ARCHIVE_INVALID', message: expect.stringMatching(message) }),
    )
  })
})

describe('a tar-split', () => {
  const tars: [string, Uint8Array[]][] = [
    ['nothing', [end]],
    ['no end', [member({ name: 'a' }, 'x'.repeat(700))]],
    ['a long end', [member({ name: 'a' }, 'x'), Buffer.alloc(20 * 512)]],
    [
      'every kind of header',
      [
        pax(record('comment', 'x'), 'g'),
        directory('./a/'),
        long('L', `a/${'n'.repeat(200)}`),
        member({ magic: 'ustar  \0' }, 'y'.repeat(512)),
        pax(record('path', 'a/\xff\xfe')),
        member({ name: 'z' }, 'z'),
        member({ name: 'a/.wh.b' }),
        link('l', 'a/\xff\xfe'),
        end,
      ],
    ],
  ]

  it.each(tars)('and contents make the tar again, of %s', async (_, parts) => {
    const tar = Buffer.concat(parts)
    const { layer, lines } = await split(tar)
    const rebuilt: Uint8Array[] = []
    for await (const entry of parseTarSplit(chunksOf(lines), 'it')) {
      if (entry.type === 'segment') rebuilt.push(entry.bytes)
      else if (entry.size > 0) {
        const file = layer.entries.get(entry.path)
        const original = file?.type === 'hardlink' ? layer.entries.get(file.target) : file
        if (original?.type !== 'file' || !('offset' in original.content)) throw new Error('no file')
        rebuilt.push(tar.subarray(original.content.offset, original.content.offset + original.size))
      }
    }
    expect(Buffer.concat(rebuilt).equals(tar)).toBe(true)
  })

  it.each(tars)('gives the same entries without the contents, of %s', async (_, parts) => {
    const { layer, lines } = await split(Buffer.concat(parts))
    const tree = new LayerTree('again')
    const source = headerSource(parseTarSplit(chunksOf(lines), 'it'))
    for await (const one of layerMembers(source, 'again')) tree.add(one)
    expect(tree.finish('layer.tar')).toEqual(layer)
  })

  it.each([
    ['is cut off', '{"type":2,"payload":""}\n{"type":2,'],
    ['is no JSON', 'x\n'],
    ['has an unknown entry', '{"type":3,"payload":""}\n'],
    ['has a size below 0', '{"type":1,"name":"a","size":-1,"payload":null}\n'],
    ['has a payload that is no base 64', '{"type":2,"payload":"?"}\n'],
    ['has a line without an end', 'x'.repeat(9 * 2 ** 20)],
  ])('that %s is refused', async (_, text) => {
    const entries = parseTarSplit(chunksOf(Buffer.from(text), 2 ** 16), 'it')
    await expect(Array.fromAsync(entries)).rejects.toThrow(
      expect.objectContaining({ code: 'ARCHIVE_INVALID' }),
    )
  })
})
