import { createCipheriv, createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { end, member, pax, record } from '../../src/tar/raw-tar.fixture.ts'
import { minirootfs } from './engine-base.ts'
import type { Descriptor, ImageLayout, MadeLayer } from './make-image.ts'

/** An image made for the purpose; the same bytes on every machine that has the same mirror. */
export interface SampleImage {
  /** What a tag stands for: an index, or a manifest alone. */
  readonly top: Descriptor
  /** The manifest for x86_64. */
  readonly manifest: Descriptor
}

/** How a sample is made. All have an index of two platforms. */
export type SampleKind =
  /** The genuine Alpine, under layers that hide, link, own and empower; the topmost is zstd. Its command lists `/data`. */
  | 'runnable'
  /** Docker's manifest list and manifests. */
  | 'docker'
  /** A layer of {@link SampleOptions.bigBytes}. */
  | 'big'
  /** A layer that all of this kind share, one of its own, and one that is not compressed. */
  | 'plain'

export interface SampleOptions {
  readonly layout: ImageLayout
  /** By name: whatever tells the contents of one image from those of another. */
  readonly kinds: Readonly<Record<string, SampleKind>>
  readonly bigBytes?: number
  /** What large layers are filled with, again and again; by default, what takes no time to make. */
  readonly material?: Buffer
}

const created = '2024-05-06T07:08:09.123456789Z'

/** Makes images in a layout. */
export async function makeSamples({
  layout,
  kinds,
  bigBytes = 2 ** 20,
  material,
}: SampleOptions): Promise<Map<string, SampleImage>> {
  const alpine = await layout.packedLayer(await readFile(await minirootfs('x86_64')), 'gzip')
  const lower = await layout.layer(lowerTar())
  const upper = await layout.layer(upperTar(), 'zstd')
  const shared = await layout.layer(
    tarOf({ 'etc/os-release': 'ID=sample\n', 'usr/share/shared': pseudoRandom('shared', 300_000) }),
  )
  const samples = new Map<string, SampleImage>()
  for (const [name, kind] of Object.entries(kinds)) {
    const own = await layout.layer(
      tarOf({ [`opt/name`]: `${name}\n`, [`opt/data`]: pseudoRandom(name, 200_000) }),
    )
    const layers = {
      runnable: async () => [alpine, lower, upper],
      docker: async () => [shared, own],
      big: async () => [
        shared,
        own,
        await bigLayer(layout, { seed: name, bytes: bigBytes, ...(material && { material }) }),
      ],
      plain: async () => [
        shared,
        own,
        await layout.layer(tarOf({ 'opt/plain': `not compressed: ${name}\n` }), 'none'),
      ],
    }
    samples.set(name, await image(layout, await layers[kind](), { name, docker: kind === 'docker' }))
  }
  return samples
}

async function image(
  layout: ImageLayout,
  layers: readonly MadeLayer[],
  { name, docker }: { name: string; docker: boolean },
): Promise<SampleImage> {
  const config = { Cmd: ['/bin/busybox', 'ls', '/data'], Labels: { name } }
  const foreign = await layout.layer(tarOf({ 'opt/foreign': name }))
  const arm64 = await layout.image({ layers: [foreign], architecture: 'arm64', created, docker })
  const manifest = await layout.image({ layers, created, config, docker })
  // Docker's lists are those of the image-spec but for their media type (image-spec, "image-index.md").
  const top = docker
    ? await layout.document(
        {
          schemaVersion: 2,
          mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json',
          manifests: [
            { ...arm64, platform: { os: 'linux', architecture: 'arm64' } },
            { ...manifest, platform: { os: 'linux', architecture: 'amd64' } },
          ],
        },
        'application/vnd.docker.distribution.manifest.list.v2+json',
      )
    : await layout.index({ 'arm64/v8': arm64, amd64: manifest })
  return { top, manifest }
}

const capability = Buffer.from('0100000200040000000000000000000080ff0a00', 'hex').toString('latin1')
const somebody = { uid: '0000144', gid: '0000145' }
const directory = (name: string, mode = '0000755'): Buffer => member({ name, type: '5', mode })

/** What a lower layer may hold. */
function lowerTar(): Buffer {
  return Buffer.concat([
    directory('./data', '0001777'),
    member({ name: './data/keep', mtime: '14000000000' }, 'kept'),
    member({ name: './data/gone' }, 'gone'),
    directory('./data/opaque/'),
    member({ name: './data/opaque/below' }, 'below'),
    member({ name: 'implied/by/file', ...somebody }, 'owned'),
    // The owner that its last name tells is what everybody extracts.
    member({ name: 'implied/linked', type: '1', linkName: 'implied/by/file', ...somebody }),
    member({ name: 'implied/soft', type: '2', linkName: '../etc/passwd', mode: '0000777' }),
    member({ name: 'setuid', mode: '0004755' }, 'setuid'),
    pax(record('SCHILY.xattr.security.capability', capability)),
    member({ name: 'capable', mode: '0000755' }, 'capable'),
    end,
  ])
}

/** What an upper layer hides. */
function upperTar(): Buffer {
  return Buffer.concat([
    member({ name: 'data/.wh.gone', uid: '0000007' }),
    directory('data/opaque/'),
    member({ name: 'data/opaque/.wh..wh..opq' }),
    member({ name: 'data/opaque/above' }, 'above'),
    end,
  ])
}

function tarOf(files: Readonly<Record<string, string | Buffer>>): Buffer {
  return Buffer.concat([...Object.entries(files).map(([name, content]) => member({ name }, content)), end])
}

/** Bytes that look random and depend on `seed` alone. */
export function pseudoRandom(seed: string, length: number): Buffer {
  const key = createHash('sha256').update(seed).digest()
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(length))
}

export interface BigLayer {
  readonly seed: string
  /** Of the files in it, in all. */
  readonly bytes: number
  /** Of one file. */
  readonly fileBytes?: number
  readonly material?: Buffer
}

/** A layer of any size, written without being held in memory. Like programs, it packs to less than half of its size. */
export async function bigLayer(
  layout: ImageLayout,
  { seed, bytes, fileBytes = 2 ** 23, material }: BigLayer,
): Promise<MadeLayer> {
  async function* parts(): AsyncGenerator<Buffer> {
    for (let at = 0; at < bytes; at += fileBytes) {
      const length = Math.min(fileBytes, bytes - at)
      const content = material ? partOf(material, `${seed} ${at}`, length) : mixed(`${seed} ${at}`, length)
      yield member({ name: `big/${at}`, mode: '0000755' }, content)
    }
    yield end
  }
  const folder = join(layout.folder, 'blobs/sha256')
  await mkdir(folder, { recursive: true })
  const unfinished = join(folder, 'unfinished')
  const [diff, packed] = [hashing(), hashing()]
  const compress = createGzip({ level: 1 })
  await pipeline(Readable.from(parts()), diff.stream, compress, packed.stream, createWriteStream(unfinished))
  const digest = packed.digest()
  await rename(unfinished, layout.path(digest))
  const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip'
  return { mediaType, digest, size: packed.size(), diffId: diff.digest() }
}

/** A third of noise between repeated words. */
function mixed(seed: string, length: number): Buffer {
  const noise = pseudoRandom(seed, Math.ceil(length / 3))
  const content = Buffer.alloc(length, `${createHash('sha256').update(seed).digest('hex')} mov eax, ebx; `)
  for (let at = 0; at * 3 < length; at += 4096) noise.copy(content, at * 3, at, at + 4096)
  return content
}

/** A part that begins anywhere. */
function partOf(material: Buffer, seed: string, length: number): Buffer {
  const at = pseudoRandom(seed, 4).readUInt32LE() % material.length
  const content = Buffer.alloc(length)
  for (let filled = 0; filled < length; ) filled += material.copy(content, filled, filled === 0 ? at : 0)
  return content
}

function hashing() {
  const hash = createHash('sha256')
  let size = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      size += chunk.length
      done(null, chunk)
    },
  })
  return { stream, size: () => size, digest: () => `sha256:${hash.copy().digest('hex')}` }
}
