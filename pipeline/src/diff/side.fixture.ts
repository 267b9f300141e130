import { createHash } from 'node:crypto'
import type { RootfsManifest } from '../describe/manifest.ts'
import type { ApkChecksum, Sha256 } from '../digest.ts'
import { tarOf } from '../tar/in-memory.fixture.ts'
import { chunksOf } from '../tar/raw-tar.fixture.ts'
import type { Tree } from '../tree/entry.ts'
import { describeContents } from './contents.ts'
import type { RootfsFacts } from './read-side.ts'
import { scanTar } from './scan.ts'
import { measure } from './sizes.ts'

type Package = RootfsManifest['packages'][number]
type Image = RootfsManifest['images'][number]

/** The digest of bytes, or one that a text stands for. */
export function digestOf(content: string | Uint8Array): Sha256 {
  return createHash('sha256').update(content).digest('hex') as Sha256
}

/** A package of the base: its identity is that of its name and version, unless `bytes` says otherwise. */
export function aPackage(name: string, version: string, bytes = `${name} ${version}`): Package {
  const checksum = `Q1${createHash('sha1').update(bytes).digest('base64')}` as ApkChecksum
  return { name, version, architecture: 'x86_64', from: 'base', size: 10, installedSize: 20, checksum }
}

/** An image whose layers have 1000 bytes each. */
export function anImage(name: string, layers: readonly string[], content = layers.join()): Image {
  const [digest, manifest, config] = [digestOf(content), digestOf(`${content} m`), digestOf(`${content} c`)]
  const described = layers.map((layer) => ({ diffId: digestOf(layer), size: 1000 }))
  return { name, digest, manifest, config, from: ['extra'], layers: described }
}

/** A manifest of schema 2, with changes. */
export function aManifest(changes: Partial<RootfsManifest> = {}): RootfsManifest {
  const file = { size: 0, sha256: digestOf('') }
  return {
    schema: 2,
    name: 'small',
    version: '1.0.0',
    architecture: 'x86_64',
    sourceDate: { epoch: 1_704_067_200, iso: '2024-01-01T00:00:00Z' },
    base: { release: 'v3.24', version: '3.24.2', file: 'x.tar.gz', ...file },
    repositories: [{ location: 'v3.24/main' }],
    packages: [],
    preload: null,
    images: [],
    manifests: [],
    agent: null,
    files: {
      rootfs: {
        name: 'rootfs.tar.gz',
        ...file,
        unpackedSize: 4_000_000,
        unpackedSha256: digestOf('tar'),
      },
      packages: { name: 'packages.tar', ...file },
    },
    tools: { node: 'v24', compressor: { zlib: '1', level: 5, memLevel: 9, block: 2_097_152 }, apk: '2.14' },
    ...changes,
  }
}

/** A side as it is read from an archive of `tree`; without one, the manifest alone. */
export async function aSide(
  tree: Tree | undefined,
  changes: Partial<RootfsManifest> = {},
): Promise<RootfsFacts> {
  const manifest = aManifest(changes)
  if (tree === undefined) return { manifest, contents: undefined }
  const tar = await tarOf(tree)
  const unpackedSha256 = digestOf(tar)
  const rootfs = {
    ...manifest.files.rootfs,
    sha256: unpackedSha256,
    unpackedSize: tar.length,
    unpackedSha256,
  }
  const scan = await scanTar(chunksOf(tar), { label: 'small', largestSize: tar.length })
  const contents = describeContents(scan, manifest)
  // As if each byte were packed into half a one.
  const packedEnds = scan.ends.map((end) => end / 2)
  const sizes = measure(contents, { tar: tar.length, packed: tar.length / 2, ends: scan.ends, packedEnds })
  return {
    manifest: { ...manifest, files: { ...manifest.files, rootfs } },
    contents: { ...contents, sizes },
  }
}

/** `lib/apk/db/installed` of packages with files by their folder; a checksum is of the content given, if any. */
export function aDatabase(
  packages: Readonly<Record<string, Readonly<Record<string, string | undefined>>>>,
): string {
  const blocks = Object.entries(packages).map(([name, files]) => {
    const lines = Object.entries(files).flatMap(([path, content]) => {
      const [, folder, base] = /^(.*)\/([^/]*)$/.exec(path) ?? []
      const z = content === undefined ? [] : [`Z:Q1${createHash('sha1').update(content).digest('base64')}`]
      return [`F:${folder}`, `R:${base}`, ...z]
    })
    const head = [
      `C:Q1${'A'.repeat(27)}=`,
      `P:${name}`,
      'V:1.0-r0',
      'A:x86_64',
      'S:1',
      'I:2',
      'T:x',
      'U:x',
      'L:x',
    ]
    return `${[...head, ...lines].join('\n')}\n\n`
  })
  return blocks.join('')
}
