import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync, zstdCompressSync } from 'node:zlib'
import type { Sha256 } from '../../src/digest.ts'

/** A descriptor of an OCI layout. */
export interface Descriptor {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

export interface MadeLayer extends Descriptor {
  readonly diffId: string
}

export interface ImageOptions {
  readonly layers: readonly MadeLayer[]
  readonly architecture?: string
  readonly created?: string
  /** More fields of the configuration's `config`. */
  readonly config?: object
  /** In the place of the layers' own. */
  readonly diffIds?: readonly string[]
  readonly docker?: boolean
}

const oci = 'application/vnd.oci.image'
const suffixes = { none: '', gzip: '+gzip', zstd: '+zstd' } as const

/** An OCI layout on the disk (image-spec, "image-layout.md"), filled without any tool. */
export class ImageLayout {
  readonly folder: string
  readonly #tags: object[] = []

  constructor(folder: string) {
    this.folder = folder
  }

  /** The blob's path. */
  path(digest: string): string {
    return join(this.folder, 'blobs/sha256', digest.replace('sha256:', ''))
  }

  open = (sha256: Sha256): AsyncIterable<Uint8Array> => createReadStream(this.path(sha256))

  async blob(bytes: Uint8Array, mediaType: string): Promise<Descriptor> {
    const digest = digestOf(bytes)
    await mkdir(join(this.folder, 'blobs/sha256'), { recursive: true })
    await writeFile(this.path(digest), bytes)
    return { mediaType, digest, size: bytes.length }
  }

  async document(value: unknown, mediaType: string): Promise<Descriptor> {
    return this.blob(Buffer.from(JSON.stringify(value)), mediaType)
  }

  async layer(tar: Uint8Array, compression: 'none' | 'gzip' | 'zstd' = 'gzip'): Promise<MadeLayer> {
    const bytes =
      compression === 'gzip' ? gzipSync(tar) : compression === 'zstd' ? zstdCompressSync(tar) : tar
    return this.packedLayer(bytes, compression, tar)
  }

  async packedLayer(
    bytes: Uint8Array,
    compression: 'none' | 'gzip' | 'zstd',
    tar: Uint8Array = gunzipSync(bytes),
  ): Promise<MadeLayer> {
    const descriptor = await this.blob(bytes, `${oci}.layer.v1.tar${suffixes[compression]}`)
    return { ...descriptor, diffId: digestOf(tar) }
  }

  /** The manifest of an image. */
  async image({
    layers,
    architecture = 'amd64',
    created,
    config,
    diffIds,
    docker,
  }: ImageOptions): Promise<Descriptor> {
    const configuration = await this.document(
      {
        ...(created !== undefined && { created }),
        architecture,
        os: 'linux',
        config: config ?? {},
        rootfs: { type: 'layers', diff_ids: diffIds ?? layers.map(({ diffId }) => diffId) },
      },
      docker ? 'application/vnd.docker.container.image.v1+json' : `${oci}.config.v1+json`,
    )
    const mediaType = docker
      ? 'application/vnd.docker.distribution.manifest.v2+json'
      : `${oci}.manifest.v1+json`
    const listed = layers.map(({ diffId: _, ...layer }) =>
      docker ? { ...layer, mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip' } : layer,
    )
    return this.document({ schemaVersion: 2, mediaType, config: configuration, layers: listed }, mediaType)
  }

  /** An index of manifests by Go's names of architectures. */
  async index(manifests: Readonly<Record<string, Descriptor>>): Promise<Descriptor> {
    const listed = Object.entries(manifests).map(([platform, descriptor]) => {
      const [architecture, variant] = platform.split('/')
      return { ...descriptor, platform: { os: 'linux', architecture, ...(variant && { variant }) } }
    })
    const mediaType = `${oci}.index.v1+json`
    return this.document({ schemaVersion: 2, mediaType, manifests: listed }, mediaType)
  }

  /** Names what `oci:FOLDER:tag` finds. */
  async tag(tag: string, descriptor: Descriptor): Promise<void> {
    this.#tags.push({ ...descriptor, annotations: { 'org.opencontainers.image.ref.name': tag } })
    await writeFile(join(this.folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
    await writeFile(
      join(this.folder, 'index.json'),
      JSON.stringify({ schemaVersion: 2, manifests: this.#tags }),
    )
  }

  async read(digest: string): Promise<Buffer> {
    return readFile(this.path(digest))
  }
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}
