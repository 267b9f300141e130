import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import { openManifestPlaces, parseManifestMirror } from './manifest-places.ts'

test('a mirror is written as the beginning of addresses and what replaces it', () => {
  expect(parseManifestMirror('https://a.example/p/=../manifests')).toEqual({
    prefix: 'https://a.example/p',
    location: '../manifests',
  })
  expect(parseManifestMirror('https://a.example=http://b.example/x=y').location).toBe('http://b.example/x=y')
})

test.each(['', 'a.example=DIR', 'https://a.example', 'https://a.example=', '=DIR', 'ftp://a.example=DIR'])(
  '%j is refused, with an example',
  (text) => {
    expect(() => parseManifestMirror(text)).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('https://') }),
    )
  },
)

test('an address is had from itself where no mirror has its beginning', async () => {
  const placeOf = await openManifestPlaces([{ prefix: 'https://a.example/p', location: tmpdir() }], {})
  const { source, path } = placeOf('https://a.example/part/of/m.yaml')
  expect([source.kind, source.name, path]).toEqual(['server', 'https://a.example', 'part/of/m.yaml'])
})

test('the mirror with the longest beginning that fits has the file', async () => {
  const placeOf = await openManifestPlaces(
    [
      { prefix: 'https://a.example', location: 'http://127.0.0.1:1/short' },
      { prefix: 'https://a.example/p/v1', location: tmpdir() },
    ],
    {},
  )
  expect(placeOf('https://a.example/p/v1/m.yaml')).toMatchObject({
    source: { kind: 'folder' },
    path: 'm.yaml',
  })
  expect(placeOf('https://a.example/p/v2/m.yaml')).toMatchObject({
    source: { name: 'http://127.0.0.1:1/short' },
    path: 'p/v2/m.yaml',
  })
})

test('a mirror that is not there is said at once', async () => {
  const opening = openManifestPlaces([{ prefix: 'https://a.example', location: '/nowhere/at/all' }], {})
  await expect(opening).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
})
