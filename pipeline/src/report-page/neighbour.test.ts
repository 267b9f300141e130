import fc from 'fast-check'
import { expect, test } from 'vitest'
import { layTiles } from './browser/tile-layout.ts'
import { type Box, type Direction, neighbour } from './neighbour.ts'
import type { SizeNode } from './size-tree.ts'

/** A large one at the left, and two at its right, the lower of which is wider. */
const boxes: readonly Box[] = [
  { x0: 0, y0: 0, x1: 50, y1: 100 },
  { x0: 52, y0: 0, x1: 70, y1: 40 },
  { x0: 52, y0: 42, x1: 100, y1: 100 },
]

test.each([
  [0, 'right', 2],
  [1, 'left', 0],
  [1, 'down', 2],
  [2, 'up', 1],
  [1, 'right', undefined],
  [0, 'left', undefined],
  [2, 'down', undefined],
] as [number, Direction, number | undefined][])('from %i to the %s is %s', (from, direction, to) => {
  expect(neighbour(boxes, from, direction)).toBe(to)
})

test('arrow keys lead from the first tile of a treemap to every other', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 60 }), (sizes) => {
      const tiles = treemapOf(sizes)
      const reached = new Set([0])
      for (const from of reached) {
        for (const direction of ['left', 'right', 'up', 'down'] as const) {
          const to = neighbour(tiles, from, direction)
          if (to !== undefined) reached.add(to)
        }
      }
      expect(reached.size).toBe(tiles.length)
    }),
  )
})

function treemapOf(sizes: readonly number[]): Box[] {
  const node = { kind: 'rest', name: '', detail: '', words: '', children: [] } as const
  const children = sizes.map(
    (packed, index): SizeNode => ({ ...node, id: String(index), bytes: { packed, unpacked: 0 } }),
  )
  const root = { ...node, id: 'all', bytes: { packed: 0, unpacked: 0 }, children }
  return layTiles(root, 'packed', { width: 1200, height: 400 }).slice(1)
}
