import { describe, expect, it, test } from 'vitest'
import { PipelineError } from '../errors.ts'
import { parseImageReference } from '../oci/reference.ts'
import { openRegistries, parseRegistryMirror } from './registries.ts'

const nameOf = (reference: string, ...mirrors: string[]): string =>
  openRegistries({ mirrors: new Map(mirrors.map(parseRegistryMirror)), env: {} }).sourceOf(
    parseImageReference(reference),
  ).name

describe('a repository is asked', () => {
  it.each([
    ['on Docker Hub', 'busybox:1', 'https://registry-1.docker.io/v2/library/busybox'],
    ['over https', 'quay.io/a/b:1', 'https://quay.io/v2/a/b'],
    ['at a port', 'registry.test:5000/a:1', 'https://registry.test:5000/v2/a'],
    ['over http on this machine', 'localhost:5000/a:1', 'http://localhost:5000/v2/a'],
    ['over http at a loopback address', '127.8.0.1:5000/a:1', 'http://127.8.0.1:5000/v2/a'],
    ['over http at the loopback address of IPv6', '[::1]:5000/a:1', 'http://[::1]:5000/v2/a'],
    ['over https where a name only looks like loopback', 'localhost.test/a:1', 'https://localhost.test/v2/a'],
    ['over https where a name begins like loopback', '127.0.0.1.test/a:1', 'https://127.0.0.1.test/v2/a'],
  ])('%s', (_, reference, name) => {
    expect(nameOf(reference)).toBe(name)
  })
})

describe('a repository of a registry with a mirror is asked', () => {
  it.each([
    ['under a prefix', 'registry.k8s.io=127.0.0.1:5000/k8s', 'http://127.0.0.1:5000/v2/k8s/a/b'],
    ['at another host', 'registry.k8s.io=mirror.test', 'https://mirror.test/v2/a/b'],
    ['at a host of one word', 'registry.k8s.io=mirror', 'https://mirror/v2/a/b'],
    ['over http where that is said', 'registry.k8s.io=http://mirror.test/x/', 'http://mirror.test/v2/x/a/b'],
    [
      'over https where that is said',
      'registry.k8s.io=https://localhost/x/y',
      'https://localhost/v2/x/y/a/b',
    ],
    ['elsewhere only for its own images', 'quay.io=127.0.0.1:5000', 'https://registry.k8s.io/v2/a/b'],
  ])('%s', (_, mirror, name) => {
    expect(nameOf('registry.k8s.io/a/b:1', mirror)).toBe(name)
  })

  it.each(['docker.io', 'index.docker.io'])('in the name of Docker Hub as %s', (host) => {
    expect(nameOf('busybox:1', `${host}=mirror.test`)).toBe('https://mirror.test/v2/library/busybox')
  })
})

describe('a mirror is refused with a hint:', () => {
  it.each([
    '',
    'registry.k8s.io',
    '=mirror.test',
    'registry.k8s.io=',
    'word=mirror.test',
    'registry.k8s.io/a=mirror.test',
    'registry.k8s.io=mirror.test/../x',
    'registry.k8s.io=mirror.test//x',
    'registry.k8s.io=mirror.test/x?y',
    'registry.k8s.io=mirror.test/x#y',
    'registry.k8s.io=ftp://mirror.test',
    'registry.k8s.io=mirror.test:port',
    'registry.k8s.io=mirror.test:99999',
    'registry.k8s.io=mirror test',
    'registry.k8s.io=mirror.test/A',
    'registry.k8s.io=user:secret@mirror.test',
    'registry.k8s.io=https://user:secret@mirror.test',
  ])('%s', (text) => {
    const parse = () => parseRegistryMirror(text)
    expect(parse).toThrow(PipelineError)
    expect(parse).toThrow(expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('HOST') }))
    expect(parse).not.toThrow('secret')
  })
})

test('images of one repository share its source, and those of another do not', () => {
  const { sourceOf } = openRegistries({ env: {} })
  const [one, two, other] = ['quay.io/a:1', 'quay.io/a:2', 'quay.io/b:1'].map((text) =>
    sourceOf(parseImageReference(text)),
  )
  expect(one).toBe(two)
  expect(one).not.toBe(other)
})
