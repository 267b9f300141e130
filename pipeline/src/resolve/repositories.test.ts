import { expect, test } from 'vitest'
import { publicAddress } from '../locks/location.ts'
import { printRepositories, resolveRepositories } from './repositories.ts'

const recipe = [
  { name: 'main' },
  { name: 'community', release: 'edge', tag: 'edge' },
  { url: 'https://packages.example/apk', tag: 'own' },
  { url: 'http://127.0.0.1:8080' },
]

test('a repository without a branch belongs to that of the base; the order stays', () => {
  expect(resolveRepositories(recipe, 'v3.24')).toEqual([
    { location: 'v3.24/main', tag: undefined },
    { location: 'edge/community', tag: 'edge' },
    { location: 'https://packages.example/apk', tag: 'own' },
    { location: 'http://127.0.0.1:8080', tag: undefined },
  ])
})

test('the running system finds them on the public mirror and where they are', () => {
  expect(printRepositories(resolveRepositories(recipe, 'v3.24'), publicAddress).split('\n')).toEqual([
    'https://dl-cdn.alpinelinux.org/alpine/v3.24/main',
    '@edge https://dl-cdn.alpinelinux.org/alpine/edge/community',
    '@own https://packages.example/apk',
    'http://127.0.0.1:8080',
    '',
  ])
})

test('the same location with and without a tag is two lines, each with its own address', () => {
  const repositories = resolveRepositories([{ name: 'main' }, { name: 'main', tag: 'again' }], 'v3.24')
  expect(printRepositories(repositories, (_, index) => `/${index}`)).toBe('/0\n@again /1\n')
})
