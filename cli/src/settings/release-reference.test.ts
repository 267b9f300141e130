import { expect, test } from 'vitest'
import { promisedTag, releaseReference } from './release-reference.ts'

const mirror = 'https://mirror.test/kaweezle/'

test.each([
  ['latest', 'https://mirror.test/kaweezle/latest'],
  ['v1.36.5', 'https://mirror.test/kaweezle/v1.36.5'],
  ['beta', 'https://mirror.test/kaweezle/beta'],
])('with a mirror, %s is a folder of it', (release, expected) => {
  expect(releaseReference({ release, mirror })).toBe(expected)
})

test.each(['./dist', '/srv/rootfs.tar.gz', 'https://other.test/x'])(
  'a mirror has no say in %s',
  (release) => {
    expect(releaseReference({ release, mirror })).toBe(release)
  },
)

test('a mirror that is asked for a tag has to give the release of it', () => {
  expect(promisedTag({ release: 'v1.36.5', mirror })).toBe('v1.36.5')
  for (const release of ['latest', 'beta', './dist', 'https://other.test/x'])
    expect(promisedTag({ release, mirror })).toBeUndefined()
  expect(promisedTag({ release: 'v1.36.5', mirror: undefined })).toBeUndefined()
})

test('without a mirror, what is asked for stays', () => {
  expect(releaseReference({ release: 'latest', mirror: undefined })).toBe('latest')
})

test.each(['../../x\n', 'a b', '-x'])('%j never becomes part of an address', (release) => {
  expect(() => releaseReference({ release, mirror })).toThrow('--release')
})
