import { createHash } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeKey } from '../../release-format/test/support/make-key.ts'
import { findRelease } from '../src/releases/find-release.ts'
import { makeManifest, sign } from './support/make-release.ts'
import { openReleaseWorld, type ReleaseWorld } from './support/release-world.ts'
import { fileOf, generatedFile, type ServedFile } from './support/served-file.ts'

let world: ReleaseWorld
beforeEach(async () => {
  world = await openReleaseWorld()
})
afterEach(() => world[Symbol.asyncDispose]())

type Files = Map<string, ServedFile>
const sums = 'SHA256SUMS'
const minisig = 'SHA256SUMS.minisig'

test('a root filesystem without iknite is refused before it is downloaded: no cluster can be made of it', async () => {
  const files = world.publish('1.0.0')
  changeManifest(files, { agent: null })
  sign(files, world.key)
  expect(await world.refusal('v1.0.0')).toEqual(['RELEASE_INVALID', 3])
  expect(world.server.sentFor('rootfs.tar.gz')).toBe(0)
})

test.each(['latest', 'v1.0.0', '1.0.0', 'stable'])(
  'a good release is installed as %s, and says who signed it',
  async (reference) => {
    const files = world.publish('1.0.0')
    const release = await findRelease(reference, world.options)
    expect(release).toMatchObject({ version: '1.0.0', tag: 'v1.0.0', signed: { keyId: world.key.id } })
    expect(release.manifest.kubernetesVersion).toBe('1.35.0')
    const { path, sha256, size } = await world.install(reference)
    expect([sha256, size]).toEqual([files.get('rootfs.tar.gz')?.sha256, 300_000])
    expect(path.startsWith(world.cacheFolder)).toBe(true)
  },
)

test('where nothing but the rolling pre-release is there, that is the latest', async () => {
  const files = world.publish('1.1.0-dev')
  world.server.releases.clear()
  world.server.releases.set('latest', { files, prerelease: true })
  expect(await findRelease('latest', world.options)).toMatchObject({ tag: 'latest', version: '1.1.0-dev' })
  world.publish('1.0.0')
  expect(await findRelease('latest', world.options)).toMatchObject({ tag: 'v1.0.0' })
})

const swap = (files: Files, a: string, b: string) => {
  const [x, y] = [files.get(a), files.get(b)]
  if (x && y) files.set(a, y).set(b, x)
}
const read = (files: Files, name: string) =>
  files
    .get(name)
    ?.read(0, 1 << 20)
    .toString() ?? ''
const changeManifest = (files: Files, change: object) => {
  const manifest = JSON.parse(read(files, 'rootfs.manifest.json'))
  files.set('rootfs.manifest.json', fileOf(JSON.stringify({ ...manifest, ...change })))
}
const flipped = (file: ServedFile | undefined): ServedFile => {
  const bytes = Buffer.from(file?.read(0, 1 << 20) ?? '')
  bytes[1000] = (bytes[1000] ?? 0) ^ 1
  return { ...fileOf(bytes), sha256: createHash('sha256').update(bytes).digest('hex') }
}

const attacks: readonly (readonly [string, string, (files: Files, other: Files) => void])[] = [
  [
    'tampered rootfs',
    'CHECKSUM_MISMATCH',
    (files) => files.set('rootfs.tar.gz', flipped(files.get('rootfs.tar.gz'))),
  ],
  [
    'truncated rootfs',
    'CHECKSUM_MISMATCH',
    (files) => files.set('rootfs.tar.gz', fileOf(files.get('rootfs.tar.gz')?.read(0, 299_999) ?? '')),
  ],
  ['longer rootfs', 'CHECKSUM_MISMATCH', (files) => files.set('rootfs.tar.gz', generatedFile(300_001))],
  [
    'rootfs of another release',
    'CHECKSUM_MISMATCH',
    (files, other) => files.set('rootfs.tar.gz', other.get('rootfs.tar.gz') as ServedFile),
  ],
  [
    'rootfs of another architecture',
    'CHECKSUM_MISMATCH',
    (files) => swap(files, 'rootfs.tar.gz', 'rootfs.aarch64.tar.gz'),
  ],
  [
    'tampered manifest',
    'RELEASE_INVALID',
    (files) => files.set('rootfs.manifest.json', fileOf(`${read(files, 'rootfs.manifest.json')} `)),
  ],
  [
    'manifest of another release',
    'RELEASE_INVALID',
    (files, other) => files.set('rootfs.manifest.json', other.get('rootfs.manifest.json') as ServedFile),
  ],
  [
    'manifest of another architecture',
    'RELEASE_INVALID',
    (files) => swap(files, 'rootfs.manifest.json', 'rootfs.aarch64.manifest.json'),
  ],
  [
    'tampered list',
    'SIGNATURE_INVALID',
    (files) =>
      files.set(sums, fileOf(read(files, sums).replace(/^./, (digit) => (digit === '0' ? '1' : '0')))),
  ],
  ['truncated list', 'SIGNATURE_INVALID', (files) => files.set(sums, fileOf(read(files, sums).slice(0, -1)))],
  [
    'list of another release',
    'SIGNATURE_INVALID',
    (files, other) => files.set(sums, other.get(sums) as ServedFile),
  ],
  [
    'signature of another release',
    'SIGNATURE_INVALID',
    (files, other) => files.set(minisig, other.get(minisig) as ServedFile),
  ],
  [
    'truncated signature',
    'SIGNATURE_INVALID',
    (files) => files.set(minisig, fileOf(read(files, minisig).slice(0, 200))),
  ],
  ['signature by an unknown key', 'SIGNATURE_INVALID', (files) => sign(files, makeKey())],
  [
    'signature by an unknown key of a known id',
    'SIGNATURE_INVALID',
    (files) => sign(files, { ...makeKey(), id: world.key.id }),
  ],
  ['no signature', 'SIGNATURE_INVALID', (files) => files.delete(minisig)],
  ['no list', 'RELEASE_INVALID', (files) => files.delete(sums)],
  ['no manifest', 'RELEASE_INVALID', (files) => files.delete('rootfs.manifest.json')],
  [
    'page in place of the signature',
    'SIGNATURE_INVALID',
    (files) => files.set(minisig, fileOf('<!doctype html>')),
  ],
]

test.each(attacks)(
  'a release with a %s is refused as %s, and leaves nothing in the cache',
  async (_what, code, attack) => {
    attack(world.publish('1.0.0'), world.publish('0.9.0'))
    expect(await world.refusal('v1.0.0')).toEqual([code, 3])
    expect(world.cached()).toEqual({})
    // From a mirror, too; there a release without its list cannot be told from a wrong address.
    const fromMirror = _what === 'no list' ? ['SOURCE_MISSING', 4] : [code, 3]
    expect(await world.refusal(world.server.mirrorUrl('v1.0.0'))).toEqual(fromMirror)
    expect(world.cached()).toEqual({})
  },
)

const signedAttacks: readonly (readonly [string, (files: Files, other: Files) => void])[] = [
  [
    'a manifest of another release',
    (files, other) => files.set('rootfs.manifest.json', other.get('rootfs.manifest.json') as ServedFile),
  ],
  [
    'a rootfs of another release',
    (files, other) => files.set('rootfs.tar.gz', other.get('rootfs.tar.gz') as ServedFile),
  ],
  [
    'swapped architectures',
    (files) => {
      swap(files, 'rootfs.tar.gz', 'rootfs.aarch64.tar.gz')
      swap(files, 'rootfs.manifest.json', 'rootfs.aarch64.manifest.json')
    },
  ],
  [
    'a manifest of another architecture',
    (files) =>
      files.set(
        'rootfs.manifest.json',
        fileOf(makeManifest('1.0.0', 'aarch64', files.get('rootfs.tar.gz') as ServedFile)),
      ),
  ],
  [
    'a manifest that says another architecture',
    (files) => changeManifest(files, { architecture: 'aarch64' }),
  ],
  [
    'a manifest of a rootfs of another name',
    (files) => {
      const text = read(files, 'rootfs.manifest.json')
      files.set('rootfs.manifest.json', fileOf(text.replace('"rootfs.tar.gz"', '"rootfs.aarch64.tar.gz"')))
    },
  ],
  [
    'another version than its tag',
    (files) =>
      files.set(
        'rootfs.manifest.json',
        fileOf(makeManifest('1.0.1', 'x86_64', files.get('rootfs.tar.gz') as ServedFile)),
      ),
  ],
  ['no rootfs', (files) => files.delete('rootfs.tar.gz')],
  ['no manifest', (files) => files.delete('rootfs.manifest.json')],
  ['a manifest that is none', (files) => files.set('rootfs.manifest.json', fileOf('{}'))],
]

test.each(signedAttacks)('a release signed with %s is refused all the same', async (_what, attack) => {
  const files = world.publish('1.0.0')
  attack(files, world.publish('0.9.0'))
  sign(files, world.key)
  expect(await world.refusal('v1.0.0')).toEqual(['RELEASE_INVALID', 3])
  expect(world.cached()).toEqual({})
})

test('an older release in the folder of a newer tag, on a mirror, is refused where that tag was asked for', async () => {
  const old = world.publish('0.9.0')
  world.server.releases.set('v1.0.0', { files: old })
  const url = world.server.mirrorUrl('v1.0.0')
  expect(await world.refusal(url, { tag: 'v1.0.0' })).toEqual(['RELEASE_INVALID', 3])
  expect(await world.refusal(url, { tag: '0.9.0' })).toBeUndefined()
})

test('an older release under a newer tag is refused, though its signature holds', async () => {
  const old = world.publish('0.9.0')
  world.server.releases.set('v1.0.0', { files: old })
  expect(await world.refusal('latest')).toEqual(['RELEASE_INVALID', 3])
  expect(await world.refusal('v1.0.0')).toEqual(['RELEASE_INVALID', 3])
  expect(world.cached()).toEqual({})
})

test.each(['v1.0.0', 'nightly'])(
  'a server that answers another tag than %s, as was asked for, is refused',
  async (tag) => {
    world.server.releases.set(tag, { files: world.publish('1.0.0') })
    const renamed = (value: unknown) => Object.assign({}, value, { tag_name: 'weekly' })
    world.server.lie = ({ path }) => (path.includes('/tags/') ? { json: renamed } : undefined)
    expect(await world.refusal(tag)).toEqual(['RELEASE_INVALID', 3])
  },
)

test.each(['1.0.1', '1.1.0-beta.1', '2.0.0', 'unknown'])(
  'what is older than the installed %s is refused unless allowed',
  async (installed) => {
    world.publish('1.0.0')
    expect(await world.refusal('latest', { installed })).toEqual(['RELEASE_OLDER', 3])
    expect(world.cached()).toEqual({})
    expect(await world.refusal('latest', { installed, allowOlder: true })).toBeUndefined()
  },
)

test.each(['1.0.0', '0.9.0', '1.0.0-rc.1'])(
  'what is not older than the installed %s is taken',
  async (installed) => {
    world.publish('1.0.0')
    expect(await world.refusal('latest', { installed })).toBeUndefined()
  },
)

test('until there are built-in keys, no release is trusted without a key of its own', async () => {
  world.publish('1.0.0')
  expect(await world.refusal('latest', { publicKeys: undefined })).toEqual(['SIGNATURE_INVALID', 3])
  expect(await world.refusal('latest', { publicKeys: ['RWnonsense'] })).toEqual(['USAGE', 2])
})

test.each(['v9.9.9', '9.9.9', 'beta-of-old', 'no-such-tag'])('there is no release %s', async (tag) => {
  world.publish('1.0.0')
  expect(await world.refusal(tag)).toEqual(['SOURCE_MISSING', 4])
})

test.each(['', ' ', '-x', '--help', 'a b', 'ftp://host/', 'http://', 'v1\n'])(
  '%j is no reference',
  async (reference) => {
    expect(await world.refusal(reference)).toEqual(['USAGE', 2])
  },
)
