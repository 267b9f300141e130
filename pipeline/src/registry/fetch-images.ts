import type { Architecture } from '../architecture.ts'
import type { Sha256 } from '../digest.ts'
import type { Fetcher } from '../fetch/fetch.ts'
import { fetchAll } from '../fetch/fetch-all.ts'
import { readFilePart } from '../fetch/read-file-part.ts'
import { formatDigest } from '../oci/digest.ts'
import type { LayerDescriptor } from '../oci/manifest.ts'
import { largestDocument } from '../oci/parse-document.ts'
import type { ImageReference } from '../oci/reference.ts'
import { isUnpacked } from '../preload/open-layer.ts'
import {
  type ImageDocuments,
  readImageDocuments,
  type WantedDocument,
} from '../preload/read-image-documents.ts'
import type { Store } from '../store/store.ts'
import type { Registries } from './registries.ts'

export interface FetchImagesOptions {
  readonly architecture: Architecture
  readonly registries: Registries
  readonly fetcher: Fetcher
  /** The fetcher's. */
  readonly store: Store
  readonly signal: AbortSignal
  /** Whether the blobs of layers are wanted that the store has unpacked, too. */
  readonly withBlobs?: boolean
  /** How many files at once. */
  readonly parallel?: number
}

/**
 * Brings the images that pinned references name into the store, for one architecture: their documents, and the blobs
 * of those layers that it does not have unpacked, or of all. What is there already is not asked for; what two images
 * share is asked for once.
 * @throws PipelineError what {@link readImageDocuments} and the fetcher throw
 */
export async function fetchImages(
  references: readonly ImageReference[],
  options: FetchImagesOptions,
): Promise<ImageDocuments[]> {
  const images = await fetchAll(
    references,
    (reference, signal) => fetchDocuments(reference, { ...options, signal }),
    options,
  )
  await fetchAll(
    layersOf(images),
    async (layer, signal) => {
      if (!options.withBlobs && (await isUnpacked(options.store, layer.diffId))) return
      await fetchLayer(layer, { ...options, signal })
    },
    options,
  )
  return images
}

function fetchDocuments(
  reference: ImageReference,
  { architecture, registries, fetcher, signal }: FetchImagesOptions,
): Promise<ImageDocuments> {
  const source = registries.sourceOf(reference)
  async function* openBlob(
    sha256: Sha256,
    { kind, label, size }: WantedDocument,
  ): AsyncGenerator<Uint8Array> {
    const path = `${kind === 'manifest' ? 'manifests' : 'blobs'}/${formatDigest(sha256)}`
    const bound = size === undefined ? { maximumSize: largestDocument } : { size }
    const blob = await fetcher.fetchBlob({ source, path, label, sha256, signal, ...bound })
    yield* readFilePart(blob.path, { signal, start: 0 })
  }
  return readImageDocuments(reference, { architecture, openBlob })
}

interface WantedLayer {
  readonly image: ImageDocuments
  readonly blob: LayerDescriptor
  readonly diffId: Sha256
}

/** Every layer of the images once. A blob that two images take for different layers stands for both. */
function layersOf(images: readonly ImageDocuments[]): WantedLayer[] {
  const wanted = images.flatMap((image) => image.layers.map((layer) => ({ image, ...layer })))
  return [...new Map(wanted.map((layer) => [`${layer.blob.digest} ${layer.diffId}`, layer])).values()]
}

async function fetchLayer({ image, blob }: WantedLayer, options: FetchImagesOptions): Promise<void> {
  const { registries, fetcher, signal } = options
  await fetcher.fetchBlob({
    source: registries.sourceOf(image.reference),
    path: `blobs/${formatDigest(blob.digest)}`,
    label: `layer ${formatDigest(blob.digest)} of ${image.label}`,
    sha256: blob.digest,
    size: blob.size,
    signal,
  })
}
