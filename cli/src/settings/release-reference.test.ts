import { expect, test } from 'vitest'
import { releaseReference } from './release-reference.ts'

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

test('without a mirror, what is asked for stays', () => {
  expect(releaseReference({ release: 'latest', mirror: undefined })).toBe('latest')
})

test.each(['../../x\n', 'a b', '-x'])('%j never becomes part of an address', (release) => {
  expect(() => releaseReference({ release, mirror })).toThrow('--release')
})
