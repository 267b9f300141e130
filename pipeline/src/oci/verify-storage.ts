import type { Sha256 } from '../digest.ts'
import { isPipelineError } from '../errors.ts'
import type { OpenContent } from '../tar/write-tar.ts'
import type { Tree } from '../tree/entry.ts'
import { compareTrees } from './compare-trees.ts'
import { imageNames } from './image-names.ts'
import { layerIds } from './layer-ids.ts'
import type { LayerDescriptor } from './manifest.ts'
import { readStoredImages, type StoredDocuments } from './read-stored-images.ts'
import { readStoredLayer } from './read-stored-layer.ts'
import type { ImageReference } from './reference.ts'
import { type StorageOptions, storageTree } from './storage-tree.ts'
import type { Layer, StoredImage } from './stored-image.ts'

export interface VerifyStorageOptions extends StorageOptions {
  /** Reads the contents of the tree's files. */
  readonly open: OpenContent
}

/**
 * Holds the container storage in a tree against the pinned images that it has to consist of: their documents against
 * the digests they are known by, every layer's tar, put together again, against its diffID, and then the whole
 * storage, entry by entry, against the one that these images make. Times are not compared, but for those in
 * `layers.json`. Returns a line for every fault; none when all is right.
 * @throws what `open` throws.
 */
export async function verifyStorage(
  tree: Tree,
  expected: readonly ImageReference[],
  options: VerifyStorageOptions,
): Promise<string[]> {
  try {
    const images = await readStoredImages(tree, options)
    const layers = new Map<Sha256, Layer>()
    const faults = compareNames(images, expected)
    const complete: StoredImage[] = []
    for (const { blobs, diffIds, ...image } of images) {
      const own: StoredImage['layers'][number][] = []
      for (const [depth, id] of layerIds(diffIds).entries()) {
        const layer = layers.get(id) ?? (await readStoredLayer(tree, id, options))
        layers.set(id, layer)
        const diffId = diffIds[depth] as Sha256
        if (layer.diffId !== diffId) faults.push(`layer ${id} has the diffID ${layer.diffId}, not ${diffId}`)
        own.push({ ...layer, diffId, blob: blobs[depth] as LayerDescriptor })
      }
      complete.push({ ...image, layers: own })
    }
    faults.push(...(await compareTrees(storageTree(complete, options), tree, options)))
    return [...new Set(faults)]
  } catch (error) {
    if (!isPipelineError(error, 'ARCHIVE_INVALID')) throw error
    return [error.message]
  }
}

function compareNames(images: readonly StoredDocuments[], expected: readonly ImageReference[]): string[] {
  const stored = new Set(images.flatMap(({ names }) => names))
  const wanted = new Set(
    expected.flatMap((reference) => (reference.digest ? imageNames(reference, reference.digest) : [])),
  )
  return [
    ...[...wanted.difference(stored)].map((name) => `${name} is missing`),
    ...[...stored.difference(wanted)].map((name) => `${name} is in the storage, and not expected`),
  ]
}
