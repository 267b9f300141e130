import { mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { alpineLikeTree, file, treeOf } from '../tar/alpine-like-tree.fixture.ts'
import { tarOf } from '../tar/in-memory.fixture.ts'
import { chunksOf } from '../tar/raw-tar.fixture.ts'
import { canonicalTree } from '../tree/canonical-tree.ts'
import type { FileEntry, Tree } from '../tree/entry.ts'
import { ContentReader } from './content-reader.ts'
import { readContent } from './read-content.ts'
import { readTree } from './read-tree.ts'
import { spoolTar } from './spool-tar.ts'

let folder = ''
let spool = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-spool-'))
  spool = join(folder, 'tree.tar')
})
afterEach(() => rm(folder, { recursive: true }))

describe('spooling a tar', () => {
  it('gives its tree, with contents that are ranges of the file, and the file is the stream', async () => {
    const tar = await tarOf(alpineLikeTree)
    const tree = await spoolTar(chunksOf(tar), spool, 'export')
    expect([...tree.keys()]).toEqual([...canonicalTree(alpineLikeTree).keys()])
    expect((await readFile(spool)).equals(tar)).toBe(true)
    using reader = new ContentReader()
    for (const entry of filesOf(tree)) {
      const original = alpineLikeTree.get(entry.path) as FileEntry
      expect(entry).toEqual({ ...original, content: { file: spool, offset: expect.any(Number) } })
      expect({ bytes: await readContent(reader, entry, 10_000) }).toEqual(original.content)
    }
  })

  it('gives the tree again when the file is read later, and replaces a file that was there', async () => {
    await writeFile(spool, Buffer.alloc(1_000_000, 1))
    const large = treeOf({
      a: file('x'.repeat(3_000_000)),
      b: file('y'),
      c: file('z'.repeat(1_048_576)),
      d: file(''),
    })
    for (const original of [large, alpineLikeTree]) {
      const tree = await spoolTar(chunksOf(await tarOf(original), 65_536), spool, 'export')
      expect([...(await readTree(spool))]).toEqual([...tree])
    }
  })

  it.each([
    ['cut off', (tar: Buffer) => tar.subarray(0, -1024)],
    ['cut off within a content', (tar: Buffer) => tar.subarray(0, 5000)],
    ['damaged', (tar: Buffer) => Buffer.from(tar).fill(7, 512, 513)],
  ])('that is %s is refused by the name it was given, and leaves no file', async (_, damage) => {
    const tar = damage(await tarOf(alpineLikeTree))
    await expect(spoolTar(chunksOf(tar), spool, 'the export')).rejects.toMatchObject({
      code: 'ARCHIVE_INVALID',
      message: expect.stringMatching(/^the export: /),
    })
    expect(await readdir(folder)).toEqual([])
  })

  it('passes on what its stream throws, and leaves no file', async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* chunksOf((await tarOf(alpineLikeTree)).subarray(0, 5000))
      throw new Error('the engine went away')
    }
    await expect(spoolTar(broken(), spool, 'export')).rejects.toThrow('the engine went away')
    expect(await readdir(folder)).toEqual([])
  })

  it('lets its stream go when it refuses it', async () => {
    let isClosed = false
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.alloc(512, 1)
      } finally {
        isClosed = true
      }
    }
    await expect(spoolTar(endless(), spool, 'export')).rejects.toThrow('checksum')
    expect(isClosed).toBe(true)
  })

  it('says that the disk is full when it is, and leaves no file', async () => {
    await symlink('/dev/full', spool)
    await expect(spoolTar(chunksOf(await tarOf(alpineLikeTree)), spool, 'export')).rejects.toMatchObject({
      code: 'DISK_FULL',
    })
    expect(await readdir(folder)).toEqual([])
  })

  it('says that a folder is missing', async () => {
    const missing = join(folder, 'no/tree.tar')
    await expect(spoolTar(chunksOf(Buffer.alloc(1024)), missing, 'export')).rejects.toMatchObject({
      code: 'FILE_FAILED',
    })
    await expect(readTree(missing)).rejects.toMatchObject({ code: 'FILE_FAILED' })
  })
})

describe('reading the tree of a spool', () => {
  it('refuses a file that a kill left behind, at whatever length', async () => {
    const tree = treeOf({
      a: file('x'.repeat(5000)),
      b: { type: 'symlink', target: 'a' },
      c: file('y'.repeat(2_000_000)),
    })
    await spoolTar(chunksOf(await tarOf(tree)), spool, 'export')
    const { size } = await stat(spool)
    for (const length of [
      size - 1,
      size - 512,
      size - 1024,
      size - 1025,
      1_000_000,
      6656,
      6144,
      5632,
      3000,
      512,
      511,
      1,
      0,
    ]) {
      await truncate(spool, length)
      await expect(readTree(spool), `${length} bytes`).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
    }
  })
})

function filesOf(tree: Tree): FileEntry[] {
  return [...tree.values()].filter((entry) => entry.type === 'file')
}
