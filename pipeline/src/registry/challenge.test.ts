import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { type Challenge, parseChallenge } from './challenge.ts'

const bearer = (realm: string, service?: string, scope?: string): Challenge => ({
  type: 'bearer',
  realm,
  service,
  scope,
})
const basic: Challenge = { type: 'basic' }
const hub =
  'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/busybox:pull"'

describe('a header is read as registries write it:', () => {
  it.each<[string, Challenge]>([
    [hub, bearer('https://auth.docker.io/token', 'registry.docker.io', 'repository:library/busybox:pull')],
    [
      'Bearer realm="https://a/t",scope="repository:x:pull,push"',
      bearer('https://a/t', undefined, 'repository:x:pull,push'),
    ],
    ['bearer REALM=https://a/t , service=s', bearer('https://a/t', 's')],
    ['Bearer realm = "https://a/t"', bearer('https://a/t')],
    [String.raw`Bearer realm="https://a/\"t\\"`, bearer(String.raw`https://a/"t\ `.trim())],
    ['Bearer realm="https://a/t", error="invalid_token", error', bearer('https://a/t')],
    ['Basic realm="Registry"', basic],
    ['Basic', basic],
    ['BASIC realm=x', basic],
    ['Negotiate abc==, Basic realm="a, Bearer realm=b"', basic],
    ['Basic realm="x", Bearer realm="https://a/t",service="s"', bearer('https://a/t', 's')],
    ['Bearer error="no realm", Basic realm="x"', basic],
    ['Bearer realm="https://a/1", Bearer realm="https://a/2"', bearer('https://a/1')],
    ['Bearer realm="https://a/1",realm="https://a/2"', bearer('https://a/1')],
  ])('%s', (header, challenge) => {
    expect(parseChallenge(header)).toEqual(challenge)
  })
})

describe('nothing is made of', () => {
  it.each([
    '',
    ',,, ,',
    'Bearer',
    'Bearer service="s"',
    'Digest realm="x"',
    'realm="https://a/t"',
    'Bearer realm="https://a/t',
    'Bearer realm="https://a/t"x',
    'Bearer realm=',
    '"Bearer realm=x"',
    'Bearer\0realm="https://a/t"',
    'BearerX realm="https://a/t"',
  ])('%s', (header) => {
    expect(parseChallenge(header)).toBeUndefined()
  })
})

test('any text is read to its end', () => {
  const piece = fc.constantFrom('Bearer ', 'realm=', '"', '\\', ',', ' ', 'Basic', '=', 'a', 'é')
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      parseChallenge(pieces.join(''))
    }),
  )
})

test('a long hostile text takes no longer than a long one', () => {
  const time = (text: string): number => {
    const start = performance.now()
    parseChallenge(text)
    return performance.now() - start
  }
  expect(time(`Bearer ${'realm="x'.repeat(2000)}`)).toBeLessThan(500)
  expect(time(`Bearer ${'a="\\'.repeat(4000)}`)).toBeLessThan(500)
  expect(time('a '.repeat(8000))).toBeLessThan(500)
})
