import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalTree } from '../tree/canonical-tree.ts'
import type { Entry, TreePath } from '../tree/entry.ts'
import { parentPath } from '../tree/path.ts'
import { alpineLikeTree } from './alpine-like-tree.fixture.ts'
import { tarOf, treeOfTar } from './in-memory.fixture.ts'
import { tarStreamRows, treeRows } from './tar-stream.fixture.ts'

const bytes = (options: fc.StringConstraints & { unit?: never }): fc.Arbitrary<string> =>
  fc.string({ ...options, unit: fc.integer({ min: 1, max: 255 }).map((code) => String.fromCharCode(code)) })

const name = fc
  .oneof(
    fc.constantFrom('a', 'b', 'a-b', 'a.b'),
    bytes({ minLength: 1, maxLength: 12 }),
    bytes({ minLength: 90, maxLength: 255 }),
  )
  .filter((text) => !text.includes('/') && text !== '.' && text !== '..')

const attributes = fc.record(
  {
    mode: fc.integer({ min: 0, max: 0o7777 }),
    uid: fc.oneof(fc.nat(2000), fc.integer({ min: 0, max: 2 ** 32 - 2 })),
    gid: fc.oneof(fc.nat(2000), fc.integer({ min: 0, max: 2 ** 32 - 2 })),
    mtime: fc.oneof(fc.nat(), fc.integer({ min: -(2 ** 40), max: 2 ** 40 })),
    xattrs: fc.dictionary(
      bytes({ minLength: 1, maxLength: 20 }).filter((key) => !/[=%]/.test(key)),
      fc.uint8Array(),
      {
        minKeys: 1,
        maxKeys: 3,
      },
    ),
  },
  { requiredKeys: ['mode', 'uid', 'gid', 'mtime'] },
)

const kind = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ type: 'directory' as const }) },
  {
    weight: 3,
    arbitrary: fc.uint8Array({ maxLength: 1500 }).map((content) => ({ type: 'file' as const, content })),
  },
  bytes({ minLength: 1, maxLength: 300 }).map((target) => ({ type: 'symlink' as const, target })),
  fc.nat(20).map((nth) => ({ type: 'hardlink' as const, nth })),
  fc.record({
    type: fc.constantFrom('character' as const, 'block' as const),
    major: fc.nat(4095),
    minor: fc.nat(1048575),
  }),
  fc.constant({ type: 'fifo' as const }),
)

const anyTree = fc
  .array(fc.record({ name, above: fc.nat(20), attributes, kind }), { maxLength: 25, size: 'max' })
  .map((drafts) => {
    const tree = new Map<TreePath, Entry>()
    for (const {
      name,
      above,
      attributes: { xattrs, ...rest },
      kind,
    } of drafts) {
      const all = [...tree.values()]
      const directories = all.filter((entry) => entry.type === 'directory')
      const parent = directories[above % (directories.length + 1)]?.path ?? ''
      const path = (parent === '' ? name : `${parent}/${name}`) as TreePath
      if (tree.has(path) || path.length > 3000) continue
      const common = {
        path,
        ...rest,
        ...(xattrs && {
          xattrs: new Map(Object.entries(xattrs).map(([key, value]) => [key, Buffer.from(value)])),
        }),
      }
      if (kind.type === 'file') {
        tree.set(path, {
          ...common,
          type: 'file',
          size: kind.content.length,
          content: { bytes: Buffer.from(kind.content) },
        })
      } else if (kind.type === 'hardlink') {
        const files = all.filter((entry) => entry.type === 'file')
        const target = files[kind.nth % files.length]?.path
        if (target !== undefined) tree.set(path, { path, ...rest, type: 'hardlink', target })
      } else tree.set(path, { ...common, ...kind })
    }
    return tree
  })

describe('a tree', () => {
  it('comes back from a tar as it went in, and gives the same tar again', async () => {
    await fc.assert(
      fc.asyncProperty(anyTree, async (tree) => {
        const canonical = canonicalTree(tree)
        const tar = await tarOf(canonical)
        const back = await treeOfTar(tar)
        expect([...back]).toEqual([...canonical])
        expect((await tarOf(back)).equals(tar)).toBe(true)
        expect(await tarStreamRows(tar)).toEqual(treeRows(back))
      }),
      { numRuns: 150 },
    )
  })

  it('is often enough one with hard links, long names and directories, so that this test means something', () => {
    const trees = fc.sample(anyTree, { numRuns: 200, seed: 1 })
    const entries = trees.flatMap((tree) => [...canonicalTree(tree).values()])
    expect(entries.filter((entry) => entry.type === 'hardlink').length).toBeGreaterThan(10)
    expect(entries.filter((entry) => entry.path.length > 256).length).toBeGreaterThan(10)
    expect(entries.filter((entry) => parentPath(entry.path) !== '').length).toBeGreaterThan(100)
  })
})

describe('a tar with bytes changed', () => {
  it('is refused, or read as another parser reads it, and nothing else happens', async () => {
    const tar = await tarOf(alpineLikeTree)
    const random = mulberry32(20261122)
    let refused = 0
    for (let round = 0; round < 3000; round++) {
      const mutant = mutate(tar, random)
      const tree = await treeOfTar(mutant).catch((error: unknown) => {
        expect(error, `round ${round}`).toMatchObject({ name: 'PipelineError', code: 'ARCHIVE_INVALID' })
      })
      if (tree === undefined) refused++
      else expect(await tarStreamRows(mutant), `round ${round}`).toEqual(treeRows(tree))
    }
    expect(refused).toBeGreaterThan(1000)
    expect(refused).toBeLessThan(2900)
  })
})

/** Changes bytes anywhere; half of the time header checksums are put right afterwards, so that parsing goes on. */
function mutate(tar: Buffer, random: () => number): Buffer {
  const below = (limit: number): number => Math.floor(random() * limit)
  const mutant = Buffer.from(tar.subarray(0, random() < 0.1 ? below(tar.length) : tar.length))
  const isHeader = (at: number): boolean => mutant.toString('latin1', at + 257, at + 262) === 'ustar'
  for (let changes = 1 + below(4); changes > 0; changes--) mutant[below(mutant.length)] = below(256)
  if (random() < 0.5) return mutant
  for (let at = 0; at + 512 <= mutant.length; at += 512) {
    if (!isHeader(at)) continue
    if (random() < 0.1) mutant[at + below(265)] = below(256)
    mutant.write('        ', at + 148, 'latin1')
    const sum = mutant.subarray(at, at + 512).reduce((total, byte) => total + byte, 0)
    mutant.write(`${sum.toString(8).padStart(6, '0')}\0 `, at + 148, 'latin1')
  }
  return mutant
}

/** A small generator with a seed, so that a failure comes again. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
