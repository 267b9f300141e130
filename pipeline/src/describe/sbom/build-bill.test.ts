import { expect, test } from 'vitest'
import { bundled, inputs, installed, manifest, sha256 } from './bill.fixture.ts'
import { buildBill } from './build-bill.ts'

const bill = buildBill(inputs)
const componentOf = (id: string) => bill.components.find((one) => one.id === id)
const leadingFrom = (id: string, kind: string) =>
  bill.relations.filter((one) => one.from === id && one.kind === kind).map(({ to }) => to)

test('lists base, packages, images, layers, packages of npm and manifests, each once and in order', () => {
  expect(bill.root).toMatchObject({ name: 'small', version: '1.2.3', hashes: { sha256: sha256('d') } })
  expect(bill.components.map(({ id }) => id)).toEqual([
    'apk-busybox',
    'apk-elsewhere',
    'apk-iknite',
    'apk-libstdc-2b--2b-',
    'apk-testing',
    'base',
    'image-docker.io-2f-library-2f-busybox-3a-1.36',
    'image-localhost-3a-5000-2f-team-2f-app-3a-v1',
    'image-quay.io-2f-again-2f-busybox-3a-1.36',
    `layer-${sha256('5')}`,
    `layer-${sha256('6')}`,
    'manifest-metallb',
    'npm--40-scope-2f-part-2.0.0',
    'npm-yaml-2.9.1',
  ])
})

test('says where a package can be had and what it was packed as; those of base and agent cannot', () => {
  expect(componentOf('apk-libstdc-2b--2b-')).toMatchObject({
    purls: ['pkg:apk/alpine/libstdc%2B%2B@13.2.1-r0?arch=x86_64&distro=alpine-3.19.4&upstream=gcc'],
    hashes: { sha256: sha256('1') },
    download: 'https://dl-cdn.alpinelinux.org/alpine/v3.19/main/x86_64/libstdc++-13.2.1-r0.apk',
    supplier: 'Alpine Linux',
    maintainer: 'Jane Doe <jane@example.org>',
    facts: { 'apk:identity': manifest.packages[0]?.checksum, 'apk:origin': 'gcc', 'apk:commit': 'c0ffee' },
  })
  expect(componentOf('apk-elsewhere')).toMatchObject({
    download: 'https://apk.example/own/x86_64/elsewhere-1-r0.apk',
    supplier: undefined,
  })
  expect(componentOf('apk-busybox')).toMatchObject({ download: undefined, hashes: { sha256: undefined } })
  expect(componentOf('apk-iknite')).toMatchObject({ download: undefined, supplier: undefined })
})

test('tells the image for the platform, and the index that leads to it where there is one', () => {
  const [own, index] = componentOf('image-quay.io-2f-again-2f-busybox-3a-1.36')?.purls ?? []
  expect(own).toMatch(/^pkg:oci\/busybox@sha256:9{64}\?arch=amd64&/)
  expect(index).toMatch(/^pkg:oci\/busybox@sha256:0{64}\?repository_url=/)
  expect(componentOf('image-localhost-3a-5000-2f-team-2f-app-3a-v1')).toMatchObject({
    name: 'localhost:5000/team/app',
    version: 'v1',
    purls: [expect.stringContaining('arch=amd64')],
    hashes: { sha256: sha256('9') },
  })
})

test('has a layer that images share once, with every blob that it comes as', () => {
  const layer = `layer-${sha256('5')}`
  expect(componentOf(layer)?.facts).toMatchObject({
    size: 1024,
    'oci:blobs': `sha256:${sha256('b')}:40 sha256:${sha256('c')}:50`,
  })
  const holders = bill.relations.filter(({ to }) => to === layer).map(({ from }) => from)
  expect(holders).toHaveLength(3)
  expect(leadingFrom('image-docker.io-2f-library-2f-busybox-3a-1.36', 'contains')).toHaveLength(2)
})

test('says which package needs which, by name and by what is provided, and neither conflicts nor what is not there', () => {
  expect(leadingFrom('apk-iknite', 'needs')).toEqual(['apk-busybox', 'apk-libstdc-2b--2b-'])
  expect(leadingFrom('apk-testing', 'needs')).toEqual(['apk-busybox'])
})

test('says what contains what: the rootfs all, the base its own packages, the agent what is bundled into it', () => {
  expect(leadingFrom('rootfs', 'contains')).toHaveLength(5 + 1 + 3 + 1)
  expect(leadingFrom('base', 'contains')).toEqual(['apk-busybox'])
  expect(leadingFrom('apk-iknite', 'contains')).toEqual(['npm--40-scope-2f-part-2.0.0', 'npm-yaml-2.9.1'])
})

test('does not depend on the order of packages, blobs and bundled packages', () => {
  const shuffled = {
    ...inputs,
    installed: installed.toReversed(),
    blobs: inputs.blobs.toReversed(),
    agent: { name: 'iknite', bundled: bundled.toReversed() },
  }
  expect(buildBill(shuffled)).toEqual(bill)
})

test('a rootfs without agent, images and manifests has none of their components', () => {
  const small = buildBill({
    manifest: { ...manifest, preload: null, images: [], manifests: [] },
    installed,
    blobs: [],
    agent: undefined,
  })
  expect(new Set(small.components.map(({ kind }) => kind))).toEqual(new Set(['apk', 'base']))
})

test.each([
  ['a package that is not installed', { installed: [] }, /busybox is in the manifest, and not installed/],
  [
    'two images of one name',
    { manifest: { ...manifest, images: [...manifest.images, ...manifest.images] } },
    /twice/,
  ],
])('%s is a bug', (_, change, message) => {
  expect(() => buildBill({ ...inputs, ...change })).toThrow(message)
})
