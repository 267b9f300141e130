import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parseSourceOptions } from './source-flags.ts'

test('without flags, the Kubernetes recipe is built from the public mirror for this machine', () => {
  expect(parseSourceOptions({})).toMatchObject({
    recipe: resolve('rootfs/rootfs.yaml'),
    architecture: process.arch === 'arm64' ? 'aarch64' : 'x86_64',
    engine: 'auto',
    mirror: 'https://dl-cdn.alpinelinux.org/alpine',
    cache: expect.stringMatching(/kaweezle/),
  })
})

test('paths are absolute from then on, and a mirror stays what it is', () => {
  expect(
    parseSourceOptions({
      recipe: 'a.yaml',
      arch: 'aarch64',
      engine: 'docker',
      mirror: 'http://mirror.example/alpine',
      'registry-mirror': ['quay.io=127.0.0.1:5000/quay', 'docker.io=mirror.example'],
      'manifest-mirror': ['https://example.org/m=manifests'],
      cache: 'cache',
    }),
  ).toEqual({
    recipe: resolve('a.yaml'),
    architecture: 'aarch64',
    engine: 'docker',
    mirror: 'http://mirror.example/alpine',
    registryMirrors: new Map([
      ['quay.io', '127.0.0.1:5000/quay'],
      ['docker.io', 'mirror.example'],
    ]),
    manifestMirrors: [{ prefix: 'https://example.org/m', location: 'manifests' }],
    cache: resolve('cache'),
  })
})
