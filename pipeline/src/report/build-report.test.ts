import { expect, test } from 'vitest'
import type { RootfsManifest } from '../describe/manifest.ts'
import { inputs, manifest, sha256 } from '../describe/sbom/bill.fixture.ts'
import { buildBill } from '../describe/sbom/build-bill.ts'
import { layerIds } from '../oci/layer-ids.ts'
import { buildReport, layerOwner, type ReportInputs } from './build-report.ts'
import { addBytes, noBytes } from './sum-sizes.ts'

const layer = (digit: string) => ({
  diffId: sha256(digit),
  blob: { digest: sha256(digit === '5' ? 'b' : '8') },
})
const [lowest, middle, top] = layerIds(['5', '6', '6'].map(sha256))

const sizes = {
  'package:busybox': { packed: 400, unpacked: 900 },
  'package:iknite': { packed: 30, unpacked: 60 },
  [layerOwner(lowest ?? '')]: { packed: 1000, unpacked: 3000 },
  [layerOwner(middle ?? '')]: { packed: 200, unpacked: 500 },
  [layerOwner(top ?? '')]: { packed: 300, unpacked: 600 },
  overlay: { packed: 7, unpacked: 8 },
  images: { packed: 5, unpacked: 6 },
}

function aReportOf(changes: Partial<ReportInputs> = {}, described: Partial<RootfsManifest> = {}) {
  const [one, other] = manifest.images
  const images = [
    { ...one, name: 'docker.io/library/busybox:1.36', manifest: sha256('1') },
    { ...other, name: 'localhost:5000/team/app:v1', manifest: sha256('2') },
  ] as RootfsManifest['images']
  return buildReport({
    manifest: { ...manifest, images, ...described },
    bill: buildBill(inputs),
    reasons: new Map([['libstdc++', 'needed by iknite']]),
    stored: new Map([
      [sha256('1'), [layer('5'), layer('6'), layer('6')]],
      [sha256('2'), [layer('5')]],
    ]),
    sizes: new Map(Object.entries(sizes)),
    difference: undefined,
    steps: [],
    ...changes,
  })
}

test('a package is told with its licence, why it is there, and what it takes', () => {
  const { packages } = aReportOf()
  const told = Object.fromEntries(packages.map((one) => [one.name, one]))
  expect(told['busybox']).toEqual({
    name: 'busybox',
    version: '1.36.1-r15',
    license: 'GPL-2.0-only',
    description: 'What busybox is',
    from: 'base',
    why: 'in the base',
    bytes: sizes['package:busybox'],
  })
  expect(told['iknite']).toMatchObject({ why: 'the agent', bytes: sizes['package:iknite'] })
  expect(told['libstdc++']).toMatchObject({ why: 'needed by iknite', bytes: noBytes })
})

test('a layer that two images store in one place is there once, and one that is above itself is there twice', () => {
  const { images, layers } = aReportOf()
  expect(images.map((one) => one.layers)).toEqual([[0, 1, 2], [0]])
  expect(images[1]).toMatchObject({ name: 'localhost:5000/team/app', tag: 'v1', why: 'kubeadm' })
  expect(layers.map(({ bytes }) => bytes.packed)).toEqual([1000, 200, 300])
  expect(layers.map(({ digest }) => digest)).toEqual(['5', '6', '6'].map((one) => `sha256:${sha256(one)}`))
})

test('in an OCI layout a layer is what its blob is, and documents are records of the images', () => {
  const byBlob = {
    [layerOwner(sha256('b'))]: { packed: 70, unpacked: 71 },
    [layerOwner(sha256('8'))]: { packed: 80, unpacked: 81 },
    [layerOwner(sha256('1'))]: { packed: 3, unpacked: 4 },
    images: { packed: 5, unpacked: 6 },
  }
  const report = aReportOf({ sizes: new Map(Object.entries(byBlob)) }, { preload: 'oci-layout' })
  expect(report.images.map((one) => one.layers)).toEqual([[0, 1], [0]])
  expect(report.layers.map(({ bytes }) => bytes.packed)).toEqual([70, 80])
  expect(report.rest[0]).toEqual({ name: 'Records of the images', bytes: { packed: 8, unpacked: 10 } })
})

test('packages, layers and the rest add up to the whole', () => {
  const { packages, layers, rest, rootfs } = aReportOf()
  const all = [...packages, ...layers, ...rest].map(({ bytes }) => bytes)
  expect(all.reduce(addBytes, noBytes)).toEqual(rootfs.bytes)
  expect(rootfs.bytes).toEqual({ packed: 4_000_000, unpacked: 9_000_000 })
  expect(rest.map(({ name }) => name)).toEqual([
    'Overlay, and what scripts wrote',
    'Records of the images',
    'Frame of the archive',
  ])
})

test('what is bundled into the agent is told with its licence', () => {
  expect(aReportOf().bundled).toContainEqual({ name: 'yaml', version: '2.9.1', license: 'ISC' })
})
