import { describe, expect, it } from 'vitest'
import { parseImageConfig } from './image-config.ts'
import { parseImageDocument, parseImageIndex } from './manifest.ts'
import { selectPlatform } from './select-platform.ts'

const hex = 'ab'.repeat(32)
const digest = `sha256:${hex}`
const layer = { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest, size: 3 }
const manifest = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: 1 },
  layers: [layer],
}
const platformOf = (architecture: string, variant?: string, os = 'linux') => ({
  mediaType: manifest.mediaType,
  digest: `sha256:${Buffer.from(`${os}${architecture}${variant}`.padEnd(32, '.')).toString('hex').slice(0, 64)}`,
  size: 2,
  platform: { os, architecture, ...(variant && { variant }) },
})
const index = {
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  manifests: [platformOf('amd64')],
}
const config = { os: 'linux', architecture: 'amd64', rootfs: { type: 'layers', diff_ids: [digest] } }
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

describe('a document', () => {
  it.each<[string, object, object]>([
    ['an OCI manifest', manifest, { type: 'manifest' }],
    ['one with more keys', { ...manifest, annotations: { a: 'b' }, artifactType: 'x' }, { type: 'manifest' }],
    ['one that does not name its type', { ...manifest, mediaType: undefined }, { type: 'manifest' }],
    [
      "Docker's manifest",
      {
        ...manifest,
        mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
        config: { ...manifest.config, mediaType: 'application/vnd.docker.container.image.v1+json' },
        layers: [{ ...layer, mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' }],
      },
      { type: 'manifest' },
    ],
    ['an OCI index', index, { type: 'index' }],
    [
      "Docker's manifest list",
      { ...index, mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json' },
      { type: 'index' },
    ],
  ])('can be %s', (_, document, expected) => {
    expect(parseImageDocument(bytes(document), 'it')).toMatchObject(expected)
  })

  it('says how its layers are compressed', () => {
    const layers = ['', '+gzip', '+zstd'].map((suffix) => ({
      ...layer,
      mediaType: `application/vnd.oci.image.layer.v1.tar${suffix}`,
    }))
    const parsed = parseImageDocument(bytes({ ...manifest, layers }), 'it')
    expect(parsed.type === 'manifest' && parsed.manifest.layers).toEqual(
      ['none', 'gzip', 'zstd'].map((compression) => ({ digest: hex, size: 3, compression })),
    )
  })

  const withLayer = (change: object) => ({ ...manifest, layers: [{ ...layer, ...change }] })
  it.each<[string, unknown, RegExp]>([
    ['no object', [], /not usable/],
    ['schema 1', { schemaVersion: 1, fsLayers: [], history: [] }, /schemaVersion/],
    ['an index and a manifest at once (CVE-2021-41190)', { ...manifest, manifests: [] }, /not usable/],
    ['a manifest with layers of schema 1', { ...manifest, fsLayers: [] }, /fsLayers: does not belong/],
    ['an index that says it is a manifest', { ...index, mediaType: manifest.mediaType }, /mediaType/],
    ['a manifest that says it is an index', { ...manifest, mediaType: index.mediaType }, /mediaType/],
    [
      'an artifact',
      { ...manifest, config: { ...manifest.config, mediaType: 'application/x' } },
      /config\.mediaType/,
    ],
    ['no layers', { ...manifest, layers: [] }, /layers/],
    ['too many layers', { ...manifest, layers: Array(501).fill(layer) }, /layers/],
    [
      'a foreign layer',
      withLayer({ mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' }),
      /layers\.0\.mediaType: is not a layer/,
    ],
    [
      'a layer that may not be distributed',
      withLayer({ mediaType: 'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip' }),
      /is not a layer/,
    ],
    ['an encrypted layer', withLayer({ mediaType: `${layer.mediaType}+encrypted` }), /is not a layer/],
    ['a negative size', withLayer({ size: -1 }), /layers\.0\.size/],
    ['a size that is no whole number', withLayer({ size: 1.5 }), /layers\.0\.size/],
    ['a size that is a text', withLayer({ size: '3' }), /layers\.0\.size/],
    ['no digest', withLayer({ digest: undefined }), /layers\.0\.digest/],
    ['an empty digest', withLayer({ digest: '' }), /canonical sha256/],
    ['a digest without algorithm', withLayer({ digest: hex }), /canonical sha256/],
    ['md5', withLayer({ digest: `md5:${hex.slice(32)}` }), /canonical sha256/],
    ['sha1', withLayer({ digest: `sha1:${hex.slice(24)}` }), /canonical sha256/],
    ['sha512', withLayer({ digest: `sha512:${hex}${hex}` }), /canonical sha256/],
    ['63 digits', withLayer({ digest: digest.slice(0, -1) }), /canonical sha256/],
    ['65 digits', withLayer({ digest: `${digest}a` }), /canonical sha256/],
    ['upper-case digits', withLayer({ digest: `sha256:${hex.toUpperCase()}` }), /canonical sha256/],
    ['a digest with a path in it', withLayer({ digest: `sha256:../${hex.slice(3)}` }), /canonical sha256/],
    ['an array of digests', withLayer({ digest: [digest, 'sha256:bad'] }), /digest/],
  ])('is refused with %s', (_, document, message) => {
    expect(() => parseImageDocument(bytes(document), 'it')).toThrow(
      expect.objectContaining({ code: 'ARCHIVE_INVALID', message: expect.stringMatching(message) }),
    )
  })

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['half of it', bytes(manifest).subarray(0, 50)],
    ['bytes that are no UTF-8', Buffer.from('{"a":"\xff"}', 'latin1')],
    ['five megabytes', bytes({ ...manifest, annotations: { a: 'x'.repeat(5 * 2 ** 20) } })],
  ])('is refused when it is %s', (_, document) => {
    expect(() => parseImageDocument(document, 'it')).toThrow(
      expect.objectContaining({ code: 'ARCHIVE_INVALID' }),
    )
  })
})

describe('of an index', () => {
  const select = (architecture: 'x86_64' | 'aarch64', ...manifests: object[]) =>
    selectPlatform(parseImageIndex(bytes({ ...index, manifests }), 'it'), architecture, 'it').digest
  const found = ({ digest: text }: { digest: string }) => text.replace('sha256:', '')

  it('the image for Linux on the architecture is taken, with the usual variant or none', () => {
    const [amd, arm, armV8] = [platformOf('amd64'), platformOf('arm64'), platformOf('arm64', 'v8')]
    const others = [
      platformOf('amd64', undefined, 'windows'),
      platformOf('arm', 'v7'),
      platformOf('arm64', 'v9'),
    ]
    expect(select('x86_64', ...others, amd, arm)).toBe(found(amd))
    expect(select('aarch64', ...others, amd, arm)).toBe(found(arm))
    expect(select('aarch64', ...others, amd, armV8)).toBe(found(armV8))
  })

  it.each<[string, object[]]>([
    ['empty', []],
    ['for other systems', [platformOf('amd64', undefined, 'windows')]],
    ['for newer processors', [platformOf('amd64', 'v3')]],
    ['attestations', [platformOf('unknown', undefined, 'unknown')]],
    ['without platforms', [{ ...layer, mediaType: manifest.mediaType }]],
    ['of indexes', [{ ...platformOf('amd64'), mediaType: index.mediaType }]],
  ])('nothing is taken when it is %s', (_, manifests) => {
    expect(() => select('x86_64', ...manifests)).toThrow(expect.objectContaining({ code: 'SOURCE_MISSING' }))
  })
})

describe('a configuration', () => {
  it('keeps the date as it was written', () => {
    const created = '2024-05-06T07:08:09.120000001+02:00'
    expect(parseImageConfig(bytes({ ...config, created }), 'it')).toEqual({
      architecture: 'amd64',
      created,
      diffIds: [hex],
    })
  })

  it.each([null, undefined])('may have no date (%s)', (created) => {
    expect(parseImageConfig(bytes({ ...config, created }), 'it').created).toBeUndefined()
  })

  it.each<[string, object]>([
    ['of Windows', { ...config, os: 'windows' }],
    ['without diffIDs', { ...config, rootfs: { type: 'layers' } }],
    ['with a diffID that is none', { ...config, rootfs: { type: 'layers', diff_ids: [hex] } }],
    ['with another root', { ...config, rootfs: { type: 'tarball', diff_ids: [digest] } }],
    ['with a date that is none', { ...config, created: '2024-13-45T00:00:00Z' }],
    ['with a date of another form', { ...config, created: '6 May 2024' }],
  ])('%s is refused', (_, document) => {
    expect(() => parseImageConfig(bytes(document), 'it')).toThrow(
      expect.objectContaining({ code: 'ARCHIVE_INVALID' }),
    )
  })
})
