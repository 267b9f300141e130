import { expect, test } from 'vitest'
import type { TreePath } from '../tree/entry.ts'
import { MemberSizes } from './member-sizes.ts'

function sizesOf(members: Readonly<Record<string, number>>, blocks: readonly [number, number][]) {
  const sizes = new MemberSizes()
  for (const [path, bytes] of Object.entries(members)) sizes.begin(path as TreePath, bytes)
  for (const [packed, unpacked] of blocks) sizes.pack(packed, unpacked)
  return Object.fromEntries(sizes.members)
}

test('members of one block share what became of it by length', () => {
  expect(sizesOf({ a: 100, b: 300 }, [[40, 400]])).toEqual({
    a: { packed: 10, unpacked: 100 },
    b: { packed: 30, unpacked: 300 },
  })
})

test('a member of several blocks has a part of each', () => {
  const blocks: [number, number][] = [
    [100, 200],
    [10, 200],
    [200, 200],
  ]
  expect(sizesOf({ a: 100, b: 400, c: 100 }, blocks)).toEqual({
    a: { packed: 50, unpacked: 100 },
    b: { packed: 160, unpacked: 400 },
    c: { packed: 100, unpacked: 100 },
  })
})

test('a member is counted once it is packed, and members that begin meanwhile are not lost', () => {
  const sizes = new MemberSizes()
  sizes.begin('a' as TreePath, 100)
  sizes.pack(10, 50)
  expect(sizes.members.size).toBe(0)
  sizes.begin('b' as TreePath, 20)
  sizes.pack(10, 50)
  sizes.pack(7, 20)
  expect([...sizes.members.values()]).toEqual([
    { packed: 20, unpacked: 100 },
    { packed: 7, unpacked: 20 },
  ])
})

test('what is rounded adds up to the whole', () => {
  const members = Object.fromEntries(Array.from({ length: 70 }, (_, index) => [`m${index}`, 10]))
  const packed = Object.values(sizesOf(members, [[333, 700]])).map((one) => one.packed)
  expect(packed.reduce((sum, one) => sum + one, 0)).toBe(333)
})
