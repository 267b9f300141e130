import { expect, test } from 'vitest'
import type { ApkChecksum, Sha256 } from '../../digest.ts'
import { parseImageReference } from '../../oci/reference.ts'
import type { PinnedReference } from '../../oci/reference-schema.ts'
import { type LockedInputs, lockedDependencies } from './locked-dependencies.ts'

const checksum = `Q1${'B'.repeat(27)}=` as ApkChecksum
const file = 'v3.19/releases/x86_64/alpine-minirootfs-3.19.4-x86_64.tar.gz'

const inputs: LockedInputs = {
  architecture: 'x86_64',
  packages: {
    recipe: sha256('0'),
    base: { release: 'v3.19', version: '3.19.4', file, size: 1, sha256: sha256('a') },
    apk: '2.14.4-r0',
    packages: [locked('openrc', 'v3.19/main', '1'), locked('own', 'https://apk.example/x', '2')],
  },
  images: {
    version: 1,
    recipe: sha256('0'),
    images: [
      image('quay.io/a/indexed:v1', '3', { 'linux/amd64': sha256('4'), 'linux/arm64': sha256('5') }),
      image('quay.io/a/single:v1', '6', { 'linux/amd64': sha256('6') }),
      image('quay.io/a/unknown:v1', '7', { 'linux/arm64': sha256('8') }),
    ],
  },
  manifests: {
    version: 1,
    manifests: [
      { name: 'metallb', url: 'https://example.org/m.yaml', tag: 'v1', size: 1, sha256: sha256('9') },
    ],
  },
}

test('are base, packages, images with their indexes, and manifests, and nothing else', () => {
  expect(lockedDependencies(inputs).map(({ uri, digest }) => [digest.sha256[0], uri])).toEqual([
    ['2', 'https://apk.example/x/x86_64/own-1-r0.apk'],
    ['1', 'https://dl-cdn.alpinelinux.org/alpine/v3.19/main/x86_64/openrc-1-r0.apk'],
    ['a', `https://dl-cdn.alpinelinux.org/alpine/${file}`],
    ['9', 'https://example.org/m.yaml'],
    ['3', expect.stringMatching(/^pkg:oci\/indexed@sha256:3{64}\?repository_url=.*&tag=v1$/)],
    ['4', expect.stringMatching(/^pkg:oci\/indexed@sha256:4{64}\?arch=amd64&repository_url=.*&tag=v1$/)],
    ['6', expect.stringMatching(/^pkg:oci\/single@sha256:6{64}\?repository_url=/)],
    ['7', expect.stringMatching(/^pkg:oci\/unknown@sha256:7{64}\?repository_url=/)],
  ])
})

test('have the other image of an index for the other architecture', () => {
  const digests = lockedDependencies({ ...inputs, architecture: 'aarch64' }).map(
    ({ digest }) => digest.sha256[0],
  )
  expect(digests).toEqual(expect.arrayContaining(['3', '5', '7', '8']))
  expect(digests).not.toContain('4')
})

test('have neither images nor manifests where a build has none', () => {
  const without = lockedDependencies({ ...inputs, images: undefined, manifests: undefined })
  expect(without).toHaveLength(3)
})

test('say a package’s identity, too, which its signature vouches for', () => {
  expect(lockedDependencies(inputs)[1]).toMatchObject({
    name: 'openrc 1-r0',
    annotations: { identity: checksum },
  })
})

function locked(name: string, repository: string, digit: string) {
  const why = 'asked for'
  return { name, version: '1-r0', repository, size: 1, checksum, sha256: sha256(digit), why }
}

function image(name: string, digit: string, platforms: Record<string, Sha256>) {
  const reference = parseImageReference(`${name}@sha256:${sha256(digit)}`) as PinnedReference
  return { image: reference, platforms, from: ['kubeadm'] }
}

function sha256(digit: string): Sha256 {
  return digit.repeat(64) as Sha256
}
