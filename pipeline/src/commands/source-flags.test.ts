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
      cache: 'cache',
    }),
  ).toEqual({
    recipe: resolve('a.yaml'),
    architecture: 'aarch64',
    engine: 'docker',
    mirror: 'http://mirror.example/alpine',
    cache: resolve('cache'),
  })
})
