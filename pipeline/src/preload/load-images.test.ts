import { createReadStream } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Descriptor, ImageLayout, type MadeLayer } from '../../test/support/make-image.ts'
import type { Sha256 } from '../digest.ts'
import { parseImageReference } from '../oci/reference.ts'
import { openStore, type Store } from '../store/store.ts'
import { end, member } from '../tar/raw-tar.fixture.ts'
import { type LoadOptions, loadImages } from './load-images.ts'

let folder = ''
let layout: ImageLayout
let store: Store

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kaweezle-load-'))
  layout = new ImageLayout(join(folder, 'layout'))
  store = await openStore(join(folder, 'cache'))
})
afterEach(() => rm(folder, { recursive: true }))

const tarOf = (content: string): Buffer => Buffer.concat([member({ name: 'a' }, content), end])

function load(top: Descriptor, options: Partial<LoadOptions> = {}) {
  const reference = parseImageReference(`example.com/image:1@${top.digest}`)
  return loadImages([reference], { store, architecture: 'x86_64', openBlob: layout.open, ...options })
}

/** Everything in the cache but its empty folders. */
async function stored(): Promise<string[]> {
  const entries = await readdir(join(folder, 'cache'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name)
}

describe('an image', () => {
  it('can be pinned by the digest of its manifest', async () => {
    const manifest = await layout.image({ layers: [await layout.layer(tarOf('x'))] })
    const [image] = await load(manifest)
    expect(image).toMatchObject({
      names: ['example.com/image:1', `example.com/image@${manifest.digest}`],
      index: undefined,
      created: undefined,
    })
  })

  it("can be of Docker's own formats", async () => {
    const manifest = await layout.image({ layers: [await layout.layer(tarOf('x'))], docker: true })
    expect((await load(manifest))[0]?.layers).toHaveLength(1)
  })

  it('is the same from a layer that is in the store as from one that is not', async () => {
    const manifest = await layout.image({ layers: [await layout.layer(tarOf('x'), 'zstd')] })
    const cold = await load(manifest)
    expect(await load(manifest)).toEqual(cold)
  })

  it('is unpacked again when its tar in the store was damaged', async () => {
    const layer = await layout.layer(tarOf('x'))
    const manifest = await layout.image({ layers: [layer] })
    const before = await load(manifest)
    const tar = await store.find(layer.diffId.replace('sha256:', '') as Sha256)
    await writeFile(tar?.path ?? '', 'damaged')
    store = await openStore(join(folder, 'cache'))
    expect(await load(manifest)).toEqual(before)
  })

  it('begins again with a layer that a killed run left half unpacked', async () => {
    const layer = await layout.layer(tarOf('x'))
    const diffId = layer.diffId.replace('sha256:', '') as Sha256
    const draft = await store.draft('left behind', { sha256: diffId })
    await draft.append(Buffer.from('not the beginning of that tar'))
    await draft.close()
    expect((await load(await layout.image({ layers: [layer] })))[0]?.layers[0]?.diffId).toBe(diffId)
  })

  it('asks once for a blob that two images have', async () => {
    const layer = await layout.layer(tarOf('x'))
    const tops = [await layout.image({ layers: [layer] }), await layout.image({ layers: [layer, layer] })]
    const asked: string[] = []
    const openBlob = (sha256: Sha256) => {
      asked.push(`sha256:${sha256}`)
      return layout.open(sha256)
    }
    const references = tops.map((top, i) => parseImageReference(`example.com/image:${i}@${top.digest}`))
    await loadImages(references, { store, architecture: 'x86_64', openBlob })
    expect(asked.filter((digest) => digest === layer.digest)).toHaveLength(1)
  })
})

describe('is refused, and nothing is stored:', () => {
  const flip = async (digest: string): Promise<void> => {
    const bytes = await layout.read(digest)
    await writeFile(
      layout.path(digest),
      bytes.map((byte, i) => (i === bytes.length >> 1 ? byte ^ 1 : byte)),
    )
  }
  const withLayer = (change: (layer: MadeLayer) => MadeLayer | Promise<MadeLayer>) => async () =>
    layout.image({ layers: [await change(await layout.layer(tarOf('x'.repeat(5000))))] })

  it.each<[string, () => Promise<Descriptor>, string]>([
    [
      'a layer with a flipped bit',
      withLayer(async (layer) => {
        await flip(layer.digest)
        return layer
      }),
      'CHECKSUM_MISMATCH|ARCHIVE_INVALID',
    ],
    [
      'another layer in the place of one',
      withLayer(async (layer) => {
        const other = await layout.layer(tarOf('y'.repeat(5000)))
        await writeFile(layout.path(layer.digest), await layout.read(other.digest))
        return layer
      }),
      'CHECKSUM_MISMATCH',
    ],
    [
      'a layer with another diffID',
      withLayer((layer) => ({ ...layer, diffId: `sha256:${'0'.repeat(64)}` })),
      'CHECKSUM_MISMATCH',
    ],
    [
      'a layer that is larger than it says',
      withLayer((layer) => ({ ...layer, size: layer.size - 1 })),
      'CHECKSUM_MISMATCH',
    ],
    [
      'a layer that is smaller than it says',
      withLayer((layer) => ({ ...layer, size: layer.size + 1 })),
      'CHECKSUM_MISMATCH',
    ],
    [
      'a layer of an unknown media type',
      withLayer((layer) => ({ ...layer, mediaType: 'application/vnd.oci.image.layer.v1.tar+xz' })),
      'ARCHIVE_INVALID',
    ],
    [
      'a layer that is compressed in another way',
      withLayer((layer) => ({ ...layer, mediaType: 'application/vnd.oci.image.layer.v1.tar+zstd' })),
      'ARCHIVE_INVALID',
    ],
    [
      'a layer that is no tar',
      async () => layout.image({ layers: [await layout.layer(Buffer.alloc(2048, 'x'))] }),
      'ARCHIVE_INVALID',
    ],
    [
      'a layer with a way out',
      async () =>
        layout.image({ layers: [await layout.layer(Buffer.concat([member({ name: '../a' }), end]))] }),
      'ARCHIVE_INVALID',
    ],
    [
      'a manifest with a flipped bit',
      async () => {
        const top = await layout.image({ layers: [await layout.layer(tarOf('x'))] })
        await flip(top.digest)
        return top
      },
      'CHECKSUM_MISMATCH',
    ],
    [
      'a manifest of another size than the index says',
      async () => {
        const image = await layout.image({ layers: [await layout.layer(tarOf('x'))] })
        return layout.index({ amd64: { ...image, size: image.size + 1 } })
      },
      'CHECKSUM_MISMATCH',
    ],
    [
      'an image for another architecture',
      async () =>
        layout.index({
          arm64: await layout.image({ layers: [await layout.layer(tarOf('x'))], architecture: 'arm64' }),
        }),
      'SOURCE_MISSING',
    ],
    [
      'an index that is wrong about the architecture',
      async () =>
        layout.index({
          amd64: await layout.image({ layers: [await layout.layer(tarOf('x'))], architecture: 'arm64' }),
        }),
      'ARCHIVE_INVALID',
    ],
    [
      'fewer layers than diffIDs',
      async () => {
        const layer = await layout.layer(tarOf('x'))
        return layout.image({ layers: [layer], diffIds: [layer.diffId, layer.diffId] })
      },
      'ARCHIVE_INVALID',
    ],
  ])('%s', async (_, make, codes) => {
    await expect(load(await make())).rejects.toThrow(
      expect.objectContaining({ code: expect.stringMatching(`^(${codes})$`) }),
    )
    expect(await stored()).toEqual([])
  })

  it('a layer whose source fails half-way', async () => {
    const layer = await layout.layer(tarOf('x'.repeat(100_000)), 'none')
    async function* failing(sha256: Sha256): AsyncGenerator<Uint8Array> {
      for await (const chunk of createReadStream(layout.path(sha256), { highWaterMark: 10_000 })) {
        yield chunk
        if (layer.digest.endsWith(sha256)) throw new Error('the connection is gone')
      }
    }
    const top = await layout.image({ layers: [layer] })
    await expect(load(top, { openBlob: failing })).rejects.toThrow('the connection is gone')
    expect(await stored()).toEqual([])
  })

  it('a document that never ends', async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(65_536, ' ')
    }
    const top = await layout.image({ layers: [await layout.layer(tarOf('x'))] })
    await expect(load(top, { openBlob: endless })).rejects.toThrow('has more than 4194304 bytes')
  })
})
