import { beforeAll, describe, expect, it } from 'vitest'
import { file } from '../tar/alpine-like-tree.fixture.ts'
import { end, member } from '../tar/raw-tar.fixture.ts'
import { canonicalTree } from '../tree/canonical-tree.ts'
import type { Entry, FileEntry, Tree, TreePath } from '../tree/entry.ts'
import { layerIds } from './layer-ids.ts'
import { type ImageReference, parseImageReference } from './reference.ts'
import { storageTree } from './storage-tree.ts'
import { ImagesInMemory } from './stored-image.fixture.ts'
import type { StoredImage } from './stored-image.ts'
import { verifyStorage } from './verify-storage.ts'

const at = 'store' as TreePath
const options = { at, epoch: 1_700_000_000 }
const memory = new ImagesInMemory()
let images: StoredImage[] = []
let tree: Tree
let expected: ImageReference[] = []

beforeAll(async () => {
  const lower = await memory.layer(
    Buffer.concat([
      member({ name: 'etc/a', mtime: '77777777777' }, 'hello'),
      member({ name: 'bin/b', type: '1', linkName: 'etc/a' }),
      end,
    ]),
  )
  const upper = await memory.layer(
    Buffer.concat([member({ name: 'etc/.wh.a' }), member({ name: 'c' }, 'c'), end]),
  )
  images = [
    memory.image(
      [lower, upper],
      ['example.com/two:1', 'example.com/two@sha256:INDEX'],
      '2024-05-06T07:08:09Z',
    ),
    memory.image([lower], ['example.com/one:1', 'example.com/one@sha256:INDEX']),
  ]
  tree = storageTree(images, options)
  expected = images.map(({ index, names }) => parseImageReference(`${names[0]}@sha256:${index?.digest}`))
})

const verify = (storage: Tree, references = expected) =>
  verifyStorage(storage, references, { ...options, open: memory.open })
const ids = () => layerIds((images[0] as StoredImage).layers.map(({ diffId }) => diffId))
/** A path of the storage; LOWER, UPPER and IMAGE stand for ids. */
const place = (path: string) =>
  `store/${path
    .replace('LOWER', ids()[0] ?? '')
    .replace('UPPER', ids()[1] ?? '')
    .replace('IMAGE', images[0]?.config.digest ?? '')}` as TreePath

describe('a storage', () => {
  it('is canonical, sorted and begins with its folder', () => {
    expect([...tree.keys()][0]).toBe(at)
    expect([...canonicalTree(tree)]).toEqual([...tree])
  })

  it('is the same in any order of its images', () => {
    expect([...storageTree(images.toReversed(), options)]).toEqual([...tree])
  })

  it('has a layer of two images once', () => {
    const layers = [...tree.keys()].filter((path) => /^store\/overlay\/[0-9a-f]{64}$/.test(path))
    expect(layers).toHaveLength(2)
  })

  it('has nothing younger than its epoch', () => {
    expect(Math.max(...[...tree.values()].map(({ mtime }) => mtime))).toBe(options.epoch)
  })

  it('knows an image that is pinned twice as one with all names', () => {
    const [image] = images as [StoredImage]
    const names = ['example.com/alias:2']
    const again = storageTree(
      [...images, { ...image, names }, { ...image, index: undefined, names: [] }],
      options,
    )
    const list = (again.get(place('overlay-images/images.json')) as FileEntry).content
    expect('bytes' in list && String(list.bytes)).toContain(
      '"names":["example.com/alias:2","example.com/two:1",',
    )
    expect([...again.keys()]).toEqual([...tree.keys()])
  })

  it('cannot give one name to two images', () => {
    const [one, two] = images as [StoredImage, StoredImage]
    expect(() => storageTree([one, { ...two, names: one.names }], options)).toThrow('Two images are named')
  })
})

describe('of a storage', () => {
  it('that is right nothing is found, whatever the times', async () => {
    expect(await verify(tree)).toEqual([])
    const later = new Map([...tree].map(([path, entry]) => [path, { ...entry, mtime: 5 }]))
    expect(await verify(later)).toEqual([])
  })

  it('an image that is missing is found, and one that nobody asked for', async () => {
    const other = parseImageReference(`example.com/other:1@sha256:${'0'.repeat(64)}`)
    expect(await verify(tree, [...expected.slice(1), other])).toEqual([
      'example.com/other:1 is missing',
      `example.com/other@sha256:${'0'.repeat(64)} is missing`,
      'example.com/two:1 is in the storage, and not expected',
      expect.stringMatching(/^example.com\/two@sha256:.* is in the storage, and not expected$/),
    ])
  })

  const changed = (change: object) => (entry: Entry | undefined) => ({ ...entry, ...change }) as Entry
  it.each<[string, string, ((entry: Entry | undefined) => Entry) | undefined, RegExp]>([
    ['no list of images', 'overlay-images/images.json', undefined, /images.json is missing/],
    ['a list of images that is none', 'overlay-images/images.json', changed(file('{}')), /images.json/],
    [
      'an empty list of images',
      'overlay-images/images.json',
      changed(file('[]')),
      /example.com\/one:1 is missing/,
    ],
    ['no list of layers', 'overlay-layers/layers.json', undefined, /layers.json is missing/],
    ['an empty list of layers', 'overlay-layers/layers.json', changed(file('[]')), /layers.json is not what/],
    ['another manifest', 'overlay-images/IMAGE/manifest', changed(file('{}')), /IMAGE\/manifest is not what/],
    ['no tar-split', 'overlay-layers/UPPER.tar-split.gz', undefined, /UPPER.tar-split.gz is missing/],
    [
      'a tar-split that is no gzip',
      'overlay-layers/UPPER.tar-split.gz',
      changed(file('x')),
      /tar-split.gz is damaged/,
    ],
    ['a missing file', 'overlay/UPPER/diff/c', undefined, /diff\/c is missing/],
    ['a file of another size', 'overlay/UPPER/diff/c', changed(file('cc')), /diff\/c has not the 1 bytes/],
    ['a changed file', 'overlay/UPPER/diff/c', changed(file('d')), /layer UPPER has the diffID/],
    ['a changed mode', 'overlay/UPPER/diff/c', changed({ mode: 0o4755 }), /diff\/c is not what/],
    ['a changed owner', 'overlay/UPPER/diff/c', changed({ uid: 5 }), /diff\/c is not what/],
    [
      'a changed capability',
      'overlay/UPPER/diff/c',
      changed({ xattrs: new Map([['security.capability', Buffer.from('x')]]) }),
      /diff\/c is not what/,
    ],
    ['no whiteout', 'overlay/UPPER/diff/etc/a', undefined, /diff\/etc\/a is missing/],
    [
      'a whiteout that is a device',
      'overlay/UPPER/diff/etc/a',
      changed({ minor: 3 }),
      /diff\/etc\/a is not what/,
    ],
    ['a hard link that is a copy', 'overlay/LOWER/diff/etc/a', changed(file('hello')), /is not what/],
    [
      'one file more',
      'overlay/UPPER/diff/new',
      () => ({ ...file(''), path: '' as TreePath, mode: 0o644, uid: 0, gid: 0, mtime: 0 }),
      /diff\/new should not be there/,
    ],
    [
      'a leftover of podman',
      'libpod',
      () => ({ type: 'directory', path: '' as TreePath, mode: 0o700, uid: 0, gid: 0, mtime: 0 }),
      /libpod should not be there/,
    ],
    ['another short name', 'overlay/UPPER/link', changed(file('A'.repeat(26))), /link does not hold/],
    ['no lower layers', 'overlay/UPPER/lower', undefined, /lower is missing/],
    ['a lock that was taken', 'storage.lock', changed(file('x')), /storage.lock is not what/],
  ])('%s is found', async (_, path, change, message) => {
    const storage = new Map(tree)
    const target = place(path)
    const type = storage.get(target)?.type
    if (change === undefined) storage.delete(target)
    else
      storage.set(target, {
        ...change(
          type === 'hardlink' ? ({ ...storage.get(target), type: 'file' } as Entry) : storage.get(target),
        ),
        path: target,
      })
    const pattern = message.source
      .replace('UPPER', ids()[1] ?? '')
      .replace('IMAGE', images[0]?.config.digest ?? '')
    expect((await verify(storage)).join('\n')).toMatch(new RegExp(pattern))
  })
})
