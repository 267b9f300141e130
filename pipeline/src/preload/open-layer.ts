import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { z } from 'zod'
import { isSha256, type Sha256 } from '../digest.ts'
import { headerSource } from '../oci/header-source.ts'
import { LayerTree } from '../oci/layer-tree.ts'
import type { LayerDescriptor } from '../oci/manifest.ts'
import { openLayerBlob } from '../oci/open-layer-blob.ts'
import { layerMembers, splitLayer } from '../oci/split-layer.ts'
import { storedGzip } from '../oci/stored-gzip.ts'
import type { Layer } from '../oci/stored-image.ts'
import { parseTarSplit } from '../oci/tar-split.ts'
import type { VerifiedBlob } from '../store/blob.ts'
import type { Draft } from '../store/draft.ts'
import type { Store } from '../store/store.ts'

export interface LayerRequest {
  readonly store: Store
  /** What people know the layer as. */
  readonly label: string
  readonly descriptor: LayerDescriptor
  readonly diffId: Sha256
  /** Opens the compressed blob; not called when the store has the layer. */
  readonly open: () => AsyncIterable<Uint8Array>
}

/**
 * A layer, unpacked into the store: its uncompressed tar, which the entries' contents are ranges of, and its
 * tar-split. One that is there already is only read as far as its headers go.
 * @throws PipelineError `CHECKSUM_MISMATCH` when blob or tar are not what manifest and configuration say,
 *   `ARCHIVE_INVALID`, `DISK_FULL`, `FILE_FAILED`, and what `open` throws. Then nothing was stored.
 */
export async function openLayer(request: LayerRequest): Promise<Layer> {
  return (await findLayer(request)) ?? (await unpackLayer(request))
}

const kind = 'layers'
const recordSchema = z.strictObject({
  size: z.int(),
  tarSplit: z.strictObject({
    sha256: z.custom<Sha256>((value) => typeof value === 'string' && isSha256(value)),
    size: z.int(),
  }),
})

/** Whether the store has the layer unpacked, so that {@link openLayer} does without its blob. */
export async function isUnpacked(store: Store, diffId: Sha256): Promise<boolean> {
  return (await findUnpacked(store, diffId)) !== undefined
}

async function findUnpacked(store: Store, diffId: Sha256) {
  const record = await store.readRecord(kind, diffId, recordSchema)
  const tar = record && (await store.find(diffId, record.size))
  const tarSplit = record && (await store.find(record.tarSplit.sha256, record.tarSplit.size))
  return tar && tarSplit && { tar, tarSplit }
}

async function findLayer({ store, label, diffId }: LayerRequest): Promise<Layer | undefined> {
  const found = await findUnpacked(store, diffId)
  if (found === undefined) return undefined
  const { tar, tarSplit } = found
  const tree = new LayerTree(label)
  const lines = pipeline(createReadStream(tarSplit.path), createGunzip(), () => {})
  for await (const member of layerMembers(headerSource(parseTarSplit(lines, label)), label)) tree.add(member)
  return layerOf(tree, tar, tarSplit)
}

async function unpackLayer({ store, label, descriptor, diffId, open }: LayerRequest): Promise<Layer> {
  const tree = new LayerTree(label)
  const drafts: Draft[] = []
  try {
    const tarDraft = await store.draft(`${label}, uncompressed,`, { sha256: diffId })
    drafts.push(tarDraft)
    const splitDraft = await store.draft(`the tar-split of ${label}`, {})
    drafts.push(splitDraft)
    // What a killed run left: decompressing starts at the beginning.
    await tarDraft.restart()
    const chunks = copyTo(tarDraft, openLayerBlob(open(), descriptor, label))
    for await (const part of storedGzip(splitLayer(chunks, { label, tree }))) await splitDraft.append(part)
    const tar = await store.commit(tarDraft)
    const tarSplit = await store.commit(splitDraft)
    const record = { size: tar.size, tarSplit: { sha256: tarSplit.sha256, size: tarSplit.size } }
    await store.writeRecord(kind, diffId, record)
    return layerOf(tree, tar, tarSplit)
  } catch (error) {
    for (const draft of drafts) await draft.discard()
    throw error
  }
}

async function* copyTo(draft: Draft, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    await draft.append(chunk)
    yield chunk
  }
}

function layerOf(tree: LayerTree, tar: VerifiedBlob, tarSplit: VerifiedBlob): Layer {
  return {
    ...tree.finish(tar.path),
    diffId: tar.sha256,
    size: tar.size,
    tarSplit: { content: { file: tarSplit.path, offset: 0 }, size: tarSplit.size },
  }
}
