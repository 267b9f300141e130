import { expect, test } from 'vitest'
import { aReport } from '../report/report.fixture.ts'
import { addBytes, noBytes } from '../report/sum-sizes.ts'
import { type SizeNode, sizeTree } from './size-tree.ts'

const leavesOf = (node: SizeNode): SizeNode[] =>
  node.children.length === 0 ? [node] : node.children.flatMap(leavesOf)

test('every byte is in one leaf, and every leaf has an id of its own', () => {
  const report = aReport()
  const root = sizeTree(report)
  const leaves = leavesOf(root)
  const sum = leaves.reduce((total, { bytes }) => addBytes(total, bytes), noBytes)
  expect(sum).toEqual(report.rootfs.bytes)
  expect(root.bytes).toEqual(report.rootfs.bytes)
  expect(new Set(leaves.map(({ id }) => id)).size).toBe(leaves.length)
  expect(leaves).toHaveLength(200 + report.layers.length + report.rest.length)
})

test('a layer of several images stands beside them and names them, one of a single image in it', () => {
  const [, images, shared] = sizeTree(aReport({ images: 3 })).children
  expect(images?.children.map(({ name, children }) => [name, children.length])).toEqual([
    ['component-0:v1.36.0', 4],
    ['component-1:v1.36.1', 4],
    ['component-2:v1.36.2', 5],
  ])
  expect(shared?.children.map(({ detail }) => detail)).toEqual([
    'in 3 images: component-0:v1.36.0, component-1:v1.36.1, component-2:v1.36.2',
    'in 2 images: component-1:v1.36.1, component-2:v1.36.2',
  ])
})

test('what has no size is left out, kinds included', () => {
  const report = aReport({ packages: 2, images: 0 })
  const [first, second] = report.packages
  if (first === undefined || second === undefined) throw new Error('no packages')
  const root = sizeTree({ ...report, packages: [first, { ...second, bytes: noBytes }] })
  expect(root.children.map(({ name }) => name)).toEqual(['Packages', 'Everything else'])
  expect(root.children[0]?.children).toHaveLength(1)
})
