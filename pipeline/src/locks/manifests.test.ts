import { expect, test } from 'vitest'
import { assertManifestsAnswer } from './assert-manifests.ts'
import { renderManifestsDiff } from './diff-cluster.ts'
import { parseManifestsLock, printManifestsLock } from './manifests.ts'

const good = `# Upstream's manifests, byte for byte. Written by \`npm run lock\`; do not edit.
version: 1
manifests:
  - { name: "flannel", url: "https://example.org/v1/flannel.yml", tag: "v1", size: 10, sha256: "${'a'.repeat(64)}" }
  - { name: "metallb", url: "https://example.org/v2/metallb.yaml", tag: "v2", size: 20, sha256: "${'b'.repeat(64)}" }
`
const lock = parseManifestsLock(good, 'm.lock.yaml')

test('a lock that was read is printed as it was, in the order of names', () => {
  expect(printManifestsLock(lock)).toBe(good)
  expect(printManifestsLock({ ...lock, manifests: lock.manifests.toReversed() })).toBe(good)
})

test.each<[string, string | RegExp, string, RegExp]>([
  ['another format version', 'version: 1', 'version: 0', /version: 0 is not 1/],
  ['an unknown key', 'size: 10', 'size: 10, md5: "x"', /unknown key 'md5'/],
  ['a manifest without digest', /, sha256: "a+"/, '', /sha256: is missing/],
  ['an empty manifest', 'size: 10', 'size: 0', /size/],
  ['an address with credentials', '//example.org/v1', '//me:secret@example.org/v1', /is not an http/],
  ['an address on the disk', 'https://example.org/v1', 'file:///v1', /is not an http/],
  ['a manifest twice', 'name: "metallb"', 'name: "flannel"', /or there twice/],
  ['a name that leads elsewhere', 'name: "flannel"', 'name: "../flannel"', /is not a name/],
])('a lock with %s is refused', (_, from, to, message) => {
  expect(() => parseManifestsLock(good.replace(from, to), 'm.lock.yaml')).toThrow(message)
})

const upstream = {
  flannel: { url: 'https://example.org/v1/flannel.yml', tag: 'v1' },
  metallb: { url: 'https://example.org/v2/metallb.yaml', tag: 'v2' },
}
const recipe = { from: 'manifests', to: '/etc/iknite.d/base', upstream }

test('a lock answers the recipe that it was made of', () => {
  expect(() => assertManifestsAnswer(lock, recipe, 'm.lock.yaml')).not.toThrow()
})

test.each([
  ['another tag', { ...upstream, flannel: { ...upstream.flannel, tag: 'v3' } }, /flannel v3/],
  [
    'another address',
    { ...upstream, flannel: { ...upstream.flannel, url: 'https://b.example/f' } },
    /b\.example/,
  ],
  ['one more manifest', { ...upstream, other: upstream.flannel }, /other v1/],
  ['one manifest less', { flannel: upstream.flannel }, /metallb v2/],
])('a recipe with %s makes the lock stale', (_, changed, message) => {
  const question = () => assertManifestsAnswer(lock, { ...recipe, upstream: changed }, 'm.lock.yaml')
  expect(question).toThrow(message)
})

test('a diff names what is new, gone and moved, and is empty when nothing is', () => {
  expect(renderManifestsDiff(lock, lock)).toBe('')
  const [flannel, metallb] = lock.manifests
  if (flannel === undefined || metallb === undefined) throw new Error('the lock has two manifests')
  const sha256 = 'c'.repeat(64) as typeof flannel.sha256
  const next = {
    version: 1 as const,
    manifests: [
      { ...flannel, sha256 },
      { ...metallb, tag: 'v3' },
    ],
  }
  expect(renderManifestsDiff(lock, next)).toBe(
    [
      'manifests:',
      '  moved    flannel v1  aaaaaaaaaaaa -> cccccccccccc',
      '  gone     metallb v2',
      '  new      metallb v3  bbbbbbbbbbbb',
      '',
    ].join('\n'),
  )
})
