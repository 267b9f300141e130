import type { Architecture } from '../architecture.ts'
import type { Sha256 } from '../digest.ts'
import { imageNames } from '../oci/image-names.ts'
import type { ImageReference } from '../oci/reference.ts'
import { type Layer, pinnedDigest, type StoredImage } from '../oci/stored-image.ts'
import type { Store } from '../store/store.ts'
import { openLayer } from './open-layer.ts'
import { type ImageDocuments, readImageDocuments } from './read-image-documents.ts'

export interface LoadOptions {
  readonly store: Store
  readonly architecture: Architecture
  /** Opens a blob of any of the images by its digest. What it gives is verified. */
  readonly openBlob: (sha256: Sha256) => AsyncIterable<Uint8Array>
  /** Told of each layer that is ready, with how many there are. */
  readonly onLayer?: (done: number, total: number) => void
}

/** Decompressing and hashing one layer keeps a processor busy; a second one fills the waits for the disk. */
const layersAtOnce = 2

/**
 * Reads the images that pinned references name, for one architecture, and unpacks their layers, each once.
 * @throws PipelineError `CHECKSUM_MISMATCH`, `ARCHIVE_INVALID`, `SOURCE_MISSING`, and what {@link openLayer} and
 *   `openBlob` throw.
 */
export async function loadImages(
  references: readonly ImageReference[],
  options: LoadOptions,
): Promise<StoredImage[]> {
  const images: ImageDocuments[] = []
  for (const reference of references) images.push(await readImageDocuments(reference, options))
  const layers = await openLayers(images, options)
  return images.map(({ reference, index, manifest, config, created, layers: wanted }) => ({
    names: imageNames(reference, pinnedDigest({ index, manifest })),
    index,
    manifest,
    config,
    created,
    layers: wanted.map(({ blob, diffId }) => ({ ...(layers.get(diffId) as Layer), blob })),
  }))
}

async function openLayers(
  images: readonly ImageDocuments[],
  { store, openBlob, onLayer }: LoadOptions,
): Promise<Map<Sha256, Layer>> {
  const wanted = new Map(
    images.flatMap(({ label, layers }) => layers.map((layer) => [layer.diffId, { label, ...layer }])),
  )
  const opened = new Map<Sha256, Layer>()
  const queue = wanted.values()
  let failure: unknown
  async function work(): Promise<void> {
    for (const { label, blob, diffId } of queue) {
      if (failure !== undefined) return
      const open = () => openBlob(blob.digest)
      const name = `layer sha256:${blob.digest} of ${label}`
      opened.set(diffId, await openLayer({ store, label: name, descriptor: blob, diffId, open }))
      onLayer?.(opened.size, wanted.size)
    }
  }
  const workers = Array.from({ length: layersAtOnce }, () =>
    work().catch((error: unknown) => {
      failure ??= error
    }),
  )
  await Promise.all(workers)
  if (failure !== undefined) throw failure
  return opened
}
