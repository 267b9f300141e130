import { createHash } from 'node:crypto'
import type { Sha256 } from '../digest.ts'
import { chunksOf } from '../tar/raw-tar.fixture.ts'
import type { FileEntry } from '../tree/entry.ts'
import { LayerTree } from './layer-tree.ts'
import { splitLayer } from './split-layer.ts'
import { storedGzip } from './stored-gzip.ts'
import type { Document, StoredImage } from './stored-image.ts'

/** Images in memory, of layers that are not compressed. */
export class ImagesInMemory {
  readonly #tars = new Map<string, Uint8Array>()

  async layer(tar: Uint8Array): Promise<StoredImage['layers'][number]> {
    const tree = new LayerTree('a layer')
    const lines = splitLayer(chunksOf(tar), { label: 'a layer', tree })
    const tarSplit = await Array.fromAsync(storedGzip(lines), (part) => Buffer.from(part))
    const bytes = Buffer.concat(tarSplit)
    const diffId = sha256(tar)
    this.#tars.set(diffId, tar)
    return {
      ...tree.finish(diffId),
      diffId,
      size: tar.length,
      tarSplit: { content: { bytes }, size: bytes.length },
      blob: { digest: diffId, size: tar.length, compression: 'none' },
    }
  }

  image(layers: StoredImage['layers'], names: readonly string[], created?: string): StoredImage {
    const config = document({
      os: 'linux',
      architecture: 'amd64',
      created,
      rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => `sha256:${diffId}`) },
    })
    const mediaType = 'application/vnd.oci.image.manifest.v1+json'
    const manifest = document({
      schemaVersion: 2,
      mediaType,
      config: {
        mediaType: 'application/vnd.oci.image.config.v1+json',
        digest: `sha256:${config.digest}`,
        size: config.bytes.length,
      },
      layers: layers.map(({ blob: { digest, size } }) => ({
        mediaType: 'application/vnd.oci.image.layer.v1.tar',
        digest: `sha256:${digest}`,
        size,
      })),
    })
    const listed = { mediaType, digest: `sha256:${manifest.digest}`, size: manifest.bytes.length }
    const index = document({
      schemaVersion: 2,
      manifests: [{ ...listed, platform: { os: 'linux', architecture: 'amd64' } }],
    })
    return {
      names: names.map((name) => name.replace('INDEX', index.digest)),
      index,
      manifest,
      config,
      created,
      layers,
    }
  }

  open = async function* (this: ImagesInMemory, { size, content }: FileEntry): AsyncGenerator<Uint8Array> {
    if ('bytes' in content) yield content.bytes
    else yield (this.#tars.get(content.file) as Uint8Array).subarray(content.offset, content.offset + size)
  }.bind(this)
}

function document(value: unknown): Document {
  const bytes = Buffer.from(JSON.stringify(value))
  return { digest: sha256(bytes), bytes }
}

function sha256(bytes: Uint8Array): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256
}
