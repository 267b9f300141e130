import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Sha256 } from '../../src/digest.ts'
import { layoutTree } from '../../src/oci/layout-tree.ts'
import { type ImageReference, parseImageReference, repositoryName } from '../../src/oci/reference.ts'
import { storageTree } from '../../src/oci/storage-tree.ts'
import { pinnedDigest, type StoredImage } from '../../src/oci/stored-image.ts'
import { loadImages } from '../../src/preload/load-images.ts'
import { type Preload, preloadedAt } from '../../src/preload/preload-tree.ts'
import { openStore } from '../../src/store/store.ts'
import { end, member, pax, record } from '../../src/tar/raw-tar.fixture.ts'
import { mergeTrees } from '../../src/tree/merge-trees.ts'
import { aTree, directory, text } from './a-tree.ts'
import { type ChangeableManifest, writeRootfs } from './finished-rootfs.ts'
import { ImageLayout } from './make-image.ts'

const epoch = 1_704_067_200
const checksum = `Q1${'A'.repeat(27)}=`
const database = `C:${checksum}\nP:base\nV:1.0-r0\nA:x86_64\nS:1\nI:2\nT:x\nU:x\nL:x\n\n`

/** Images for tests, and where their blobs are. */
export interface MadeImages {
  readonly layout: ImageLayout
  readonly references: readonly ImageReference[]
  readonly images: readonly StoredImage[]
}

/** `one` and, under another name, `again` are one image of two layers; `two` is of the lower layer alone. */
export async function makeImages(folder: string): Promise<MadeImages> {
  const layout = new ImageLayout(join(folder, 'layout'))
  const lower = await layout.layer(
    Buffer.concat([
      member({ name: 'etc/', type: '5', mode: '0000777' }),
      member({ name: 'etc/a' }, 'hello'),
      member({ name: 'etc/b', type: '1', linkName: 'etc/a' }),
      member({ name: 'su', mode: '0004755' }, 'su'),
      member({ name: 'etc/ssh_host_rsa_key' }, '-----BEGIN RSA PRIVATE KEY-----'),
      pax(record('SCHILY.xattr.user.label', 'x')),
      member({ name: 'backup~', mode: '0000666' }, ''),
      end,
    ]),
  )
  const upper = await layout.layer(
    Buffer.concat([member({ name: 'etc/.wh.a' }), member({ name: 'c' }, 'c'), end]),
    'zstd',
  )
  const one = await layout.index({ amd64: await layout.image({ layers: [lower, upper] }) })
  const two = await layout.image({ layers: [lower], created: '2024-05-06T07:08:09Z' })
  const references = [
    `a.example/one:v1@${one.digest}`,
    `b.example/again:v1@${one.digest}`,
    `c.example/some/two:v2@${two.digest}`,
  ].map(parseImageReference)
  const store = await openStore(join(folder, 'images'))
  const images = await loadImages(references, { store, architecture: 'x86_64', openBlob: layout.open })
  return { layout, references, images }
}

/** Writes a small rootfs with images, and its manifest, as a build does. */
export async function writeRootfsWithImages(
  folder: string,
  { layout, references, images }: MadeImages,
  preload: Preload,
): Promise<void> {
  const at = preloadedAt[preload]
  const blobOf = (digest: Sha256) => ({ file: layout.path(digest), offset: 0 })
  const tree = aTree({
    'lib/apk': directory,
    'lib/apk/db': directory,
    'lib/apk/db/installed': text(database),
  })
  const held =
    preload === 'containers-storage'
      ? storageTree(images, { at, epoch })
      : layoutTree(images, { at, epoch, blobOf })
  const described = images.map((image, index) => describe(image, references[index] as ImageReference))
  const manifest = { ...aManifest(), preload, images: described }
  await writeFile(join(folder, 'rootfs.manifest.json'), JSON.stringify(manifest))
  await writeRootfs(folder, mergeTrees(tree, held, epoch))
}

function describe(image: StoredImage, reference: ImageReference): ChangeableManifest['images'][number] {
  return {
    name: `${repositoryName(reference)}:${reference.tag}`,
    digest: pinnedDigest(image),
    manifest: image.manifest.digest,
    config: image.config.digest,
    from: ['extra'],
    layers: image.layers.map(({ diffId, size }) => ({ diffId, size })),
  }
}

function aManifest() {
  const file = { size: 0, sha256: '0'.repeat(64) }
  return {
    schema: 2,
    name: 'small',
    version: '1.0.0',
    architecture: 'x86_64',
    sourceDate: { epoch, iso: '2024-01-01T00:00:00Z' },
    base: { release: 'v3.24', version: '3.24.2', file: 'x.tar.gz', ...file },
    repositories: [],
    packages: [
      {
        name: 'base',
        version: '1.0-r0',
        architecture: 'x86_64',
        from: 'base',
        size: 1,
        installedSize: 2,
        checksum,
      },
    ],
    manifests: [],
    agent: null,
    files: {
      rootfs: { name: 'rootfs.tar.gz', ...file, unpackedSize: 0, unpackedSha256: file.sha256 },
      packages: { name: 'packages.tar', ...file },
    },
    tools: { node: 'v24', compressor: { zlib: '1', level: 5, memLevel: 9, block: 1 }, apk: '2' },
  }
}
