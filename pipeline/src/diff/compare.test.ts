import { describe, expect, test } from 'vitest'
import { aTree, type Changes, text } from '../../test/support/a-tree.ts'
import type { RootfsManifest } from '../describe/manifest.ts'
import { compareRootfs } from './compare.ts'
import type { Difference } from './schema.ts'
import { aManifest, anImage, aPackage, aSide, digestOf } from './side.fixture.ts'

async function compareTrees(old: Changes, next: Changes): Promise<Difference> {
  return compareRootfs(await aSide(aTree(old)), await aSide(aTree(next)))
}

function compareManifests(old: Partial<RootfsManifest>, next: Partial<RootfsManifest>): Difference {
  const side = (changes: Partial<RootfsManifest>) => ({ manifest: aManifest(changes), contents: undefined })
  return compareRootfs(side(old), side(next))
}

describe('packages', () => {
  test.each([
    ['1.9-r0', '1.10-r0', 'up'],
    ['1.0-r0', '1.0_rc1-r0', 'down'],
    ['1.0-r0', '01.0-r0', 'rebuilt'],
  ])('%s to %s is %s, as apk orders versions', (old, next, change) => {
    const { packages } = compareManifests(
      { packages: [aPackage('a', old)] },
      { packages: [aPackage('a', next)] },
    )
    expect(packages).toMatchObject([{ name: 'a', change, old: { version: old }, new: { version: next } }])
  })

  test('that came, went, have other bytes or come from elsewhere are told, and others are not', () => {
    const same = aPackage('same', '1')
    const sha256 = digestOf('apk')
    const { packages } = compareManifests(
      { packages: [same, aPackage('gone', '1'), aPackage('bytes', '1'), aPackage('home', '1')] },
      {
        packages: [
          same,
          aPackage('fresh', '1'),
          aPackage('bytes', '1', 'other'),
          { ...aPackage('home', '1'), from: 'v3.24/main', sha256 },
        ],
      },
    )
    expect(packages.map(({ name, change }) => `${name} ${change}`)).toEqual([
      'bytes rebuilt',
      'fresh new',
      'gone gone',
      'home moved',
    ])
  })
})

describe('images', () => {
  test('with another digest under the same tag have moved, with the bytes of their own layers', () => {
    const { images } = compareManifests(
      { images: [anImage('r.example:5000/a:1', ['base', 'old'])] },
      { images: [anImage('r.example:5000/a:1', ['base', 'new', 'more'])] },
    )
    expect(images).toMatchObject({
      list: [
        {
          name: 'r.example:5000/a',
          change: 'moved',
          old: { ownSize: 1000 },
          new: { size: 3000, ownSize: 2000 },
        },
      ],
      layers: { new: { count: 2, bytes: 2000 }, gone: { count: 1, bytes: 1000 } },
    })
  })

  test('of one repository that went and came are one with another tag', () => {
    const { images } = compareManifests(
      { images: [anImage('r.example/a:1', ['x']), anImage('r.example/b:1', ['y'])] },
      { images: [anImage('r.example/a:2', ['z']), anImage('r.example/c:1', ['y'])] },
    )
    expect(
      images.list.map(({ name, change, old, new: next }) => [name, change, old?.tag, next?.tag]),
    ).toEqual([
      ['r.example/a', 'tag', '1', '2'],
      ['r.example/b', 'gone', '1', undefined],
      ['r.example/c', 'new', undefined, '1'],
    ])
    expect(images.layers.new.count).toBe(1)
  })

  test('of which two tags went are not guessed to be the one that came', () => {
    const { images } = compareManifests(
      { images: [anImage('r.example/a:1', ['x']), anImage('r.example/a:2', ['y'])] },
      { images: [anImage('r.example/a:3', ['z'])] },
    )
    expect(images.list.map(({ change }) => change)).toEqual(['gone', 'gone', 'new'])
  })
})

test('manifests of upstream, the agent and what else a manifest tells are compared', () => {
  const manifest = {
    name: 'm',
    path: '/k/upstream/m.yaml',
    url: 'https://a/b',
    tag: 'v1',
    size: 1,
    sha256: digestOf('1'),
  }
  const own = {
    name: 'iknite',
    file: 'x',
    size: 1,
    checksum: aPackage('x', '1').checksum,
    sha256: digestOf('x'),
  }
  const difference = compareManifests(
    { manifests: [manifest] },
    {
      version: '1.1.0',
      manifests: [{ ...manifest, tag: 'v2' }],
      agent: { version: '0.1.0-r0', key: 'apk/k.rsa.pub', packages: [own] },
    },
  )
  expect(difference).toMatchObject({
    equal: false,
    facts: [{ fact: 'version', old: '1.0.0', new: '1.1.0' }],
    manifests: [{ name: 'm', change: 'changed', old: { tag: 'v1' }, new: { tag: 'v2' } }],
    agent: { old: null, new: { version: '0.1.0-r0' } },
  })
})

describe('sizes', () => {
  test('are split by cause without a rest, headers included', async () => {
    const { size } = await compareTrees({}, { 'etc/a': text('x'.repeat(600)) })
    const total = size.causes.find(({ cause }) => cause === 'total')
    const parts = size.causes.filter(({ cause }) => cause !== 'total')
    expect(size.measured).toBe('archive')
    for (const kind of ['packed', 'unpacked'] as const)
      expect(parts.reduce((sum, one) => sum + (one[kind].new ?? 0), 0)).toBe(total?.[kind].new)
    expect((total?.unpacked.new ?? 0) - (total?.unpacked.old ?? 0)).toBe(512 + 1024)
  })

  test('are measured alike on both sides when one is a manifest alone, and what is unknown is said', async () => {
    const difference = compareRootfs(await aSide(aTree()), await aSide(undefined))
    expect(difference).toMatchObject({
      notCompared: ['privileges', 'services', 'files'],
      privileges: null,
      services: null,
      files: null,
      size: { measured: 'manifest' },
    })
    expect(difference.size.causes.find(({ cause }) => cause === 'rest')?.unpacked).toEqual({
      old: null,
      new: null,
    })
  })
})
