import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { alpineLikeTree, file, treeOf } from '../tar/alpine-like-tree.fixture.ts'
import { tarOf } from '../tar/in-memory.fixture.ts'
import { canonicalTree } from '../tree/canonical-tree.ts'
import type { FileEntry, Tree } from '../tree/entry.ts'
import { ContentReader } from './content-reader.ts'
import { readContent } from './read-content.ts'
import { readTree } from './read-tree.ts'

let folder = ''
let archive = ''

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-tree-'))
  archive = join(folder, 'tree.tar')
})
afterEach(() => rm(folder, { recursive: true }))

it('gives the tree of an archive, with contents that are ranges of the file', async () => {
  await writeFile(archive, await tarOf(alpineLikeTree))
  const tree = await readTree(archive)
  expect([...tree.keys()]).toEqual([...canonicalTree(alpineLikeTree).keys()])
  using reader = new ContentReader()
  for (const entry of filesOf(tree)) {
    const original = alpineLikeTree.get(entry.path) as FileEntry
    expect(entry).toEqual({ ...original, content: { file: archive, offset: expect.any(Number) } })
    expect({ bytes: await readContent(reader, entry, 10_000) }).toEqual(original.content)
  }
})

it('passes over contents of every length', async () => {
  const original = treeOf({
    a: file('x'.repeat(3_000_000)),
    b: file('y'),
    c: file('z'.repeat(1_048_576)),
    d: file(''),
  })
  await writeFile(archive, await tarOf(original))
  using reader = new ContentReader()
  for (const entry of filesOf(await readTree(archive))) {
    const { content } = original.get(entry.path) as FileEntry
    expect({ bytes: await readContent(reader, entry, 4_000_000) }).toEqual(content)
  }
})

it('refuses a damaged archive, and names it', async () => {
  await writeFile(archive, Buffer.from(await tarOf(alpineLikeTree)).fill(7, 512, 513))
  await expect(readTree(archive)).rejects.toMatchObject({
    code: 'ARCHIVE_INVALID',
    message: expect.stringContaining(archive),
  })
})

it('refuses an archive that is cut off, at whatever length', async () => {
  const tree = treeOf({
    a: file('x'.repeat(5000)),
    b: { type: 'symlink', target: 'a' },
    c: file('y'.repeat(2_000_000)),
  })
  const tar = await tarOf(tree)
  await writeFile(archive, tar)
  const size = tar.length
  const ends = [1, 512, 1024, 1025].map((missing) => size - missing)
  for (const length of [...ends, 1_000_000, 6656, 6144, 5632, 3000, 512, 511, 1, 0]) {
    await truncate(archive, length)
    await expect(readTree(archive), `${length} bytes`).rejects.toMatchObject({ code: 'ARCHIVE_INVALID' })
  }
})

it('says that a file is missing', async () => {
  await expect(readTree(archive)).rejects.toMatchObject({ code: 'FILE_FAILED' })
})

function filesOf(tree: Tree): FileEntry[] {
  return [...tree.values()].filter((entry) => entry.type === 'file')
}
