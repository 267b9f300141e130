import { expect, test } from 'vitest'
import type { RootfsManifest } from '../describe/manifest.ts'
import { aManifest, anImage, aPackage, digestOf } from '../diff/side.fixture.ts'
import type { LockedImage } from '../locks/images.ts'
import { pinnedReference } from '../oci/reference-schema.ts'
import { type Checkout, releaseChanges } from './release-changes.ts'

const apk = { ...aPackage('openrc', '1.0-r0'), from: 'v3.24/main', sha256: digestOf('openrc') }
const image = anImage('r.example/a:1', ['x'])
const upstream = { name: 'm', url: 'https://a/b', tag: 'v1', size: 1, sha256: digestOf('m') }
const own = {
  name: 'iknite',
  file: 'x',
  size: 1,
  checksum: aPackage('iknite', '1').checksum,
  sha256: digestOf('i'),
}
const released = aManifest({
  packages: [
    aPackage('musl', '1'),
    apk,
    { ...aPackage('iknite', '1'), from: 'agent', sha256: digestOf('i') },
  ],
  images: [image],
  manifests: [{ ...upstream, path: '/k/upstream/m.yaml' }],
  agent: { version: '1', key: 'k', packages: [own] },
})

const locked: LockedImage = {
  image: pinnedReference.parse(`${image.name}@sha256:${image.digest}`),
  platforms: {},
  from: ['extra'],
}
const checkout: Checkout = {
  recipe: { recipe: { name: 'small' } as Checkout['recipe']['recipe'] },
  lock: {
    recipe: digestOf('recipe'),
    base: released.base,
    apk: '2.14',
    packages: [{ ...apk, repository: 'v3.24/main', why: 'asked for' }],
  },
  clusterLocks: {
    images: { version: 1, recipe: digestOf('recipe'), images: [locked] },
    manifests: { version: 1, manifests: [upstream] },
  },
  agent: [own],
}

const zeros = digestOf('another')

test('a checkout that locks what the release is made of is the right one', () => {
  expect(releaseChanges(released, checkout)).toEqual([])
})

test('a release without images is built from locks that have some', () => {
  expect(releaseChanges({ ...released, images: [], preload: null }, checkout)).toEqual([])
})

test.each<[what: string, manifest: Partial<RootfsManifest>, line: RegExp]>([
  ['recipe', { name: 'other' }, /^the recipe is small, and that of the release other$/],
  [
    'base',
    { base: { ...released.base, sha256: zeros } },
    /^the base is 3\.24\.2 \(\w+\) in the lock, and 3\.24\.2/,
  ],
  [
    'package of the same version',
    { packages: [{ ...apk, sha256: zeros }] },
    /^the package openrc is 1\.0-r0 \(\w{12}\) here, and 1\.0-r0 \(\w{12}\) in the release$/,
  ],
  ['package that went', { packages: [] }, /^the package openrc is .* here, and missing in the release$/],
  ['image', { images: [{ ...image, digest: zeros }] }, /^the image r\.example\/a:1 is \w+ here, and \w+ in/],
  ['manifest', { manifests: [] }, /^the manifest m is v1 \(\w+\) here, and missing in the release$/],
  [
    'agent',
    { agent: { version: '1', key: 'k', packages: [{ ...own, checksum: apk.checksum }] } },
    /^the package of the agent iknite is Q1/,
  ],
  [
    'missing agent',
    { agent: null },
    /^the package of the agent iknite is Q1.* here, and missing in the release$/,
  ],
])('another %s is named', (_, manifest, line) => {
  expect(releaseChanges({ ...released, ...manifest }, checkout)).toEqual([expect.stringMatching(line)])
})

test('who signed the agent does not count, and neither does where its files are', () => {
  const agent = { version: '1', key: 'another', packages: [{ ...own, file: 'y', sha256: zeros }] }
  expect(releaseChanges({ ...released, agent }, checkout)).toEqual([])
})
