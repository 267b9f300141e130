import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatImageReference, parseImageReference, repositoryName } from './reference.ts'

const hex = 'ab'.repeat(32)

describe('a reference', () => {
  it.each([
    ['busybox', 'docker.io/library/busybox:latest'],
    ['busybox:1.36', 'docker.io/library/busybox:1.36'],
    ['flannel/flannel:v0.28', 'docker.io/flannel/flannel:v0.28'],
    ['docker.io/busybox', 'docker.io/library/busybox:latest'],
    ['index.docker.io/a/b', 'docker.io/a/b:latest'],
    ['index.docker.io/busybox', 'docker.io/library/busybox:latest'],
    ['localhost/a', 'localhost/a:latest'],
    ['localhost:5000/a:1', 'localhost:5000/a:1'],
    ['127.0.0.1:5000/a/b/c:1', '127.0.0.1:5000/a/b/c:1'],
    ['[::1]:5000/a:1', '[::1]:5000/a:1'],
    ['UPPER/a', 'UPPER/a:latest'],
    ['host.with:80/a:80', 'host.with:80/a:80'],
    ['name.with.dots:5000', 'docker.io/library/name.with.dots:5000'],
    ['a/b__c--d.e_f', 'docker.io/a/b__c--d.e_f:latest'],
    [`a:_.-${'x'.repeat(125)}`, `docker.io/library/a:_.-${'x'.repeat(125)}`],
    ['registry.k8s.io/coredns/coredns:v1.14.2', 'registry.k8s.io/coredns/coredns:v1.14.2'],
    [`registry.k8s.io/pause@sha256:${hex}`, `registry.k8s.io/pause@sha256:${hex}`],
    [`busybox:1@sha256:${hex}`, `docker.io/library/busybox:1@sha256:${hex}`],
  ])('%s is %s', (text, expected) => {
    const reference = parseImageReference(text)
    expect(formatImageReference(reference)).toBe(expected)
    expect(parseImageReference(expected)).toEqual(reference)
  })

  it('has a name without tag and digest', () => {
    expect(repositoryName(parseImageReference(`pause:3@sha256:${hex}`))).toBe('docker.io/library/pause')
  })
})

describe('refused', () => {
  it.each([
    ['nothing', ''],
    ['a space', 'a b'],
    ['a line end', 'busybox\n'],
    ['an upper-case repository', 'docker.io/Busybox'],
    ['a repository in upper case that is no registry', 'Busybox'],
    ['an empty tag', 'busybox:'],
    ['a tag that starts with a dot', 'busybox:.1'],
    ['a tag of 129 characters', `a:${'x'.repeat(129)}`],
    ['a slash at the end', 'docker.io/a/'],
    ['a slash at the start', '/a'],
    ['two slashes', 'docker.io/a//b'],
    ['a component of dots', 'docker.io/a/../b'],
    ['a component that ends with a dash', 'a-/b'],
    ['three underscores', 'a___b'],
    ['a URL', 'https://docker.io/a'],
    ['a user', 'user@docker.io/a'],
    ['a registry with an empty label', 'a..b/c'],
    ['a registry with a dash at the end of a label', 'a-.b/c'],
    ['a port that is no number', 'a.b:port/c'],
    ['the id of an image', hex],
    ['a name of 256 characters', `a.b/${'c'.repeat(252)}`],
    ['an empty digest', 'a@'],
    ['a digest without its algorithm', `a@${hex}`],
    ['md5', 'a@md5:d41d8cd98f00b204e9800998ecf8427e'],
    ['sha1', `a@sha1:${'a'.repeat(40)}`],
    ['sha512', `a@sha512:${'a'.repeat(128)}`],
    ['63 digits', `a@sha256:${hex.slice(1)}`],
    ['65 digits', `a@sha256:${hex}a`],
    ['upper-case digits', `a@sha256:${hex.toUpperCase()}`],
    ['an upper-case algorithm', `a@SHA256:${hex}`],
    ['two digests', `a@sha256:${hex}@sha256:${hex}`],
    ['the digest twice named', `a@sha256:sha256:${hex}`],
    ['a tag after the digest', `a@sha256:${hex}:1`],
  ])('%s', (_, text) => {
    expect(() => parseImageReference(text)).toThrow(expect.objectContaining({ code: 'RECIPE_INVALID' }))
  })

  it('everything that does not come back as it was written', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aZ0.:/@-_[]') }), (text) => {
        let parsed: string
        try {
          parsed = formatImageReference(parseImageReference(text))
        } catch (error) {
          expect(error).toMatchObject({ code: 'RECIPE_INVALID' })
          return
        }
        expect(formatImageReference(parseImageReference(parsed))).toBe(parsed)
        expect(parsed.replace(/^docker\.io\/(library\/)?/, '').replace(/:latest$/, '')).toBe(
          text.replace(/^(index\.)?docker\.io\/(library\/)?/, '').replace(/:latest$/, ''),
        )
      }),
    )
  })
})
