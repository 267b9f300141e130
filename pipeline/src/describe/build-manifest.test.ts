import { expect, test } from 'vitest'
import type { ApkChecksum, Sha256 } from '../digest.ts'
import type { ArchitectureLock } from '../locks/schema.ts'
import { buildManifest, type ManifestInputs } from './build-manifest.ts'
import { rootfsManifest } from './manifest.ts'
import { printManifest } from './print-manifest.ts'

const lock: ArchitectureLock = {
  recipe: sha256('0'),
  base: {
    release: 'v3.19',
    version: '3.19.4',
    file: 'v3.19/releases/x86_64/alpine-minirootfs-3.19.4-x86_64.tar.gz',
    size: 3_299_369,
    sha256: sha256('a'),
  },
  apk: '2.14.4-r0',
  packages: [
    {
      name: 'openrc',
      version: '0.52.1-r2',
      repository: 'v3.19/main',
      size: 134_000,
      checksum: checksum('B'),
      sha256: sha256('b'),
      why: 'asked for',
    },
  ],
}

const inputs: ManifestInputs = {
  name: 'minimal',
  version: '0.1.0',
  architecture: 'x86_64',
  sourceDate: 1_700_000_000,
  repositories: [
    { location: 'v3.19/main', tag: undefined },
    { location: 'edge/testing', tag: 'edge' },
  ],
  lock,
  preload: 'containers-storage',
  images: [preloaded('b.example/b:1'), preloaded('a.example/a:1')],
  manifests: [vendored('b'), vendored('a')],
  agent: null,
  installed: [installed('openrc', 'B'), installed('musl', 'C'), installed('apk-tools', 'D')],
  files: {
    rootfs: {
      name: 'rootfs.tar.gz',
      size: 4_000_000,
      sha256: sha256('d'),
      unpackedSize: 9_000_000,
      unpackedSha256: sha256('e'),
    },
    packages: { name: 'packages.tar', size: 5_000_000, sha256: sha256('f') },
  },
  tools: { node: '24.21.0', compressor: { zlib: '1.3.2', level: 5, memLevel: 9, block: 262_144 } },
}

test('a manifest that was printed can be read, and is the same', () => {
  const manifest = buildManifest(inputs)
  expect(rootfsManifest.parse(JSON.parse(printManifest(manifest)))).toEqual(manifest)
})

test('packages are sorted by name, and those of the base are told from those that were installed', () => {
  expect(buildManifest(inputs).packages).toMatchObject([
    { name: 'apk-tools', from: 'base' },
    { name: 'musl', from: 'base' },
    { name: 'openrc', from: 'v3.19/main', sha256: sha256('b') },
  ])
})

test('packages of the agent are told from the others, and those that are not installed are not listed', () => {
  const own = (name: string, fill: string) => {
    const file = `apk/x86_64/${name}-1.0-r0.apk`
    return { name, file, size: 1000, checksum: checksum(fill), sha256: sha256('9') }
  }
  const packages = [own('agent', 'E'), own('agent-openrc', 'F')]
  const agent = { version: '1.0-r0', key: 'apk/me.rsa.pub', packages }
  const manifest = buildManifest({
    ...inputs,
    agent,
    installed: [...inputs.installed, installed('agent', 'E')],
  })
  expect(manifest.packages.find(({ name }) => name === 'agent')).toMatchObject({
    from: 'agent',
    sha256: sha256('9'),
  })
  expect(manifest.packages.map(({ name }) => name)).not.toContain('agent-openrc')
  expect(manifest.agent).toEqual(agent)
  const other = { ...inputs, agent, installed: [...inputs.installed, installed('agent', 'D')] }
  expect(() => buildManifest(other)).toThrow(/agent is installed as/)
})

test('a manifest of version 1 is read, and has no agent', () => {
  const manifest = JSON.parse(printManifest(buildManifest(inputs)))
  expect(rootfsManifest.safeParse({ ...manifest, schema: 1 }).success).toBe(true)
  expect(rootfsManifest.safeParse({ ...manifest, schema: 3 }).success).toBe(false)
  const agent = { version: '1.0-r0', key: 'k', packages: [] }
  expect(rootfsManifest.safeParse({ ...manifest, schema: 1, agent }).success).toBe(false)
})

test('images and manifests are sorted by name', () => {
  const { images, manifests } = buildManifest(inputs)
  expect(images.map(({ name }) => name)).toEqual(['a.example/a:1', 'b.example/b:1'])
  expect(manifests.map(({ name }) => name)).toEqual(['a', 'b'])
})

test('the text depends neither on the order of packages nor on the order of keys', () => {
  const text = printManifest(buildManifest(inputs))
  const shuffled = buildManifest({ ...inputs, installed: inputs.installed.toReversed() })
  expect(printManifest(reversedKeys(shuffled) as typeof shuffled)).toBe(text)
  expect(text).toMatch(/^\{\n {2}"schema": 2,\n {2}"name": "minimal",\n.*\n\}\n$/s)
})

test.each([0, 1, 2 ** 31, 8_589_934_591])('the date %i is told in both forms', (epoch) => {
  const { iso } = buildManifest({ ...inputs, sourceDate: epoch }).sourceDate
  expect(iso).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  expect(Date.parse(iso) / 1000).toBe(epoch)
})

test('a difference planted in an input changes the text', () => {
  const planted = { ...inputs, installed: inputs.installed.map((one) => ({ ...one, installedSize: 1 })) }
  expect(printManifest(buildManifest(planted))).not.toBe(printManifest(buildManifest(inputs)))
})

test.each([
  ['in another form than locked', [installed('openrc', 'X')], /openrc is installed as Q1X/],
  ['not at all', [installed('musl', 'C')], /locked, but not installed: openrc/],
])('a locked package that is installed %s is a bug', (_, found, message) => {
  expect(() => buildManifest({ ...inputs, installed: found })).toThrow(message)
})

const manifest = buildManifest(inputs)
const [first] = manifest.packages

test.each([
  ['of another format version', { ...manifest, schema: 3 }],
  ['with an unknown key', { ...manifest, comment: 'hello' }],
  ['with an unknown key further down', { ...manifest, tools: { ...manifest.tools, python: '3' } }],
  ['without its base', { ...manifest, base: undefined }],
  ['of an unknown architecture', { ...manifest, architecture: 'riscv64' }],
  ['with two dates', { ...manifest, sourceDate: { ...manifest.sourceDate, epoch: 1 } }],
  ['with a digest in capitals', { ...manifest, base: { ...lock.base, sha256: 'A'.repeat(64) } }],
  ['with a size that is none', { ...manifest, base: { ...lock.base, size: -1 } }],
  [
    'with a package of the mirror without sha256',
    { ...manifest, packages: [{ ...first, from: 'v3.19/main' }] },
  ],
  ['with a package of the base with sha256', { ...manifest, packages: [{ ...first, sha256: sha256('1') }] }],
  ['with a checksum of another kind', { ...manifest, packages: [{ ...first, checksum: 'Q2abc' }] }],
])('a manifest %s is refused', (_, value) => {
  expect(rootfsManifest.safeParse(value).success).toBe(false)
})

function installed(name: string, letter: string): ManifestInputs['installed'][number] {
  const version = name === 'openrc' ? '0.52.1-r2' : '1.0-r0'
  return {
    name,
    version,
    architecture: 'x86_64',
    size: 1000,
    installedSize: 4096,
    checksum: checksum(letter),
  }
}

function preloaded(name: string): ManifestInputs['images'][number] {
  const layers = [{ diffId: sha256('3'), size: 1024 }]
  return { name, digest: sha256('0'), manifest: sha256('1'), config: sha256('2'), from: ['kubeadm'], layers }
}

function vendored(name: string): ManifestInputs['manifests'][number] {
  const path = `/etc/iknite.d/base/upstream/${name}.yaml`
  return { name, path, url: `https://example.org/${name}.yaml`, tag: 'v1', size: 10, sha256: sha256('4') }
}

function sha256(digit: string): Sha256 {
  return digit.repeat(64) as Sha256
}

function checksum(letter: string): ApkChecksum {
  return `Q1${letter.repeat(27)}=` as ApkChecksum
}

function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toReversed()
      .map(([key, one]) => [key, reversedKeys(one)]),
  )
}
