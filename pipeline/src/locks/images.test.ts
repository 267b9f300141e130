import { expect, test } from 'vitest'
import { isPipelineError } from '../errors.ts'
import { type ImagesLock, parseImagesLock, printImagesLock } from './images.ts'

const digest = (digit: string): string => digit.repeat(64)
const good = `# Every image that the rootfs carries. Written by \`npm run lock\`; Renovate may move a tag and its digest,
# \`npm run lock\` then corrects the rest.
version: 1
recipe: "${digest('0')}"
images:
  - image: "docker.io/library/busybox:1.38.0@sha256:${digest('a')}"
    platforms: { linux/amd64: "sha256:${digest('1')}", linux/arm64: "sha256:${digest('2')}" }
    from: ["manifest:local-path", "extra"]
  - image: "registry.k8s.io/pause:3.10.2@sha256:${digest('b')}"
    platforms: {}
    from: ["kubeadm", "runtime"]
`

test('a lock that was read is printed as it was', () => {
  const lock = parseImagesLock(good, 'i.lock.yaml')
  expect(lock.images[0]?.image).toMatchObject({
    registry: 'docker.io',
    repository: 'library/busybox',
    tag: '1.38.0',
    digest: digest('a'),
  })
  expect(printImagesLock(lock)).toBe(good)
})

test('images are printed in the order of their names, whatever order they come in', () => {
  const lock = parseImagesLock(good, 'i.lock.yaml')
  expect(printImagesLock({ ...lock, images: lock.images.toReversed() })).toBe(good)
})

test('a lock without images is a lock', () => {
  const empty: ImagesLock = { ...parseImagesLock(good, 'i.lock.yaml'), images: [] }
  expect(parseImagesLock(printImagesLock(empty), 'i.lock.yaml')).toEqual(empty)
})

test.each<[string, string | RegExp, string, RegExp]>([
  ['another format version', 'version: 1', 'version: 2', /version: 2 is not 1/],
  ['an unknown key', 'version: 1', 'version: 1\nimage: x', /unknown key 'image'/],
  [
    'an image without a digest',
    /@sha256:a+/,
    '',
    /images\[0\]\.image: .*is not an image with tag and digest/,
  ],
  ['an image without a tag', ':1.38.0@', '@', /is not an image with tag and digest/],
  ['an image that is not written in full', 'docker.io/library/', '', /is not an image with tag and digest/],
  ['a digest in capitals', /a{64}/, 'A'.repeat(64), /is not an image with tag and digest/],
  ['a digest that is too short', /b{64}/, 'b'.repeat(63), /is not an image with tag and digest/],
  [
    'a digest of another algorithm',
    `sha256:${digest('1')}`,
    `sha512:${digest('1')}`,
    /canonical sha256 digest/,
  ],
  ['an unknown platform', 'linux/amd64', 'linux/riscv64', /unknown key 'linux\/riscv64'/],
  ['no reason', '["kubeadm", "runtime"]', '[]', /images\[1\]\.from/],
  ['an unknown reason', '"runtime"', '"whim"', /is not 'kubeadm', 'runtime', 'extra'/],
  ['an image twice', 'registry.k8s.io/pause:3.10.2', 'docker.io/library/busybox:1.38.0', /or there twice/],
  ['carriage returns', /\n/g, '\r\n', /carriage return/i],
])('a lock with %s is refused, with the place', (_, from, to, message) => {
  const text = good.replace(from, to)
  expect(text).not.toBe(good)
  expect(() => parseImagesLock(text, 'i.lock.yaml')).toThrow(message)
  try {
    parseImagesLock(text, 'i.lock.yaml')
  } catch (error) {
    expect(isPipelineError(error, 'LOCK_INVALID')).toBe(true)
    expect((error as Error).message).toMatch(/^i\.lock\.yaml:\d+:\d+: /)
  }
})
