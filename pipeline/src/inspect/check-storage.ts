import { buffer } from 'node:stream/consumers'
import { z } from 'zod'
import { isPipelineError } from '../errors.ts'
import { digestSchema } from '../oci/digest.ts'
import { imageNames } from '../oci/image-names.ts'
import { parseDocument } from '../oci/parse-document.ts'
import { readStoredImages, type StoredDocuments } from '../oci/read-stored-images.ts'
import { pinnedDigest } from '../oci/stored-image.ts'
import { verifyStorage } from '../oci/verify-storage.ts'
import { preloadedAt } from '../preload/preload-tree.ts'
import { childPath } from '../tree/path.ts'
import { compareDiffIds } from './compare-layers.ts'
import type { ListedImage } from './listed-image.ts'
import type { RootfsView } from './rootfs-view.ts'

const at = preloadedAt['containers-storage']

const layersSchema = z.array(z.object({ 'diff-digest': digestSchema, 'diff-size': z.int().optional() }))

/**
 * Holds the container storage against the listed images: first the storage as such, each layer's tar put together
 * again, then every fact of the list.
 */
export async function checkStorage(view: RootfsView, listed: readonly ListedImage[]): Promise<string[]> {
  const { tree, manifest, open } = view
  const references = listed.map(({ reference }) => reference)
  const faults = await verifyStorage(tree, references, { at, epoch: manifest.sourceDate.epoch, open })
  try {
    const sizes = await readSizes(view)
    return [...faults, ...compareWithStore(listed, await readStoredImages(tree, { at, open }), sizes)]
  } catch (error) {
    // It is among the faults already, and nothing more can be read.
    if (faults.length > 0 && isPipelineError(error, 'ARCHIVE_INVALID')) return faults
    throw error
  }
}

/** The bytes of each layer's tar, which `verifyStorage` holds against the tar itself. */
async function readSizes({ tree, open }: RootfsView): Promise<Map<string, number>> {
  const file = tree.get(childPath(at, 'overlay-layers/layers.json'))
  const bytes = file?.type === 'file' ? await buffer(open(file)) : Buffer.from('[]')
  const records = parseDocument(bytes, 'layers.json of the container storage', layersSchema)
  return new Map(records.map((record) => [record['diff-digest'], record['diff-size'] ?? 0]))
}

/** A line for every difference between the manifest's images and the documents of a storage. */
export function compareWithStore(
  listed: readonly ListedImage[],
  stored: readonly StoredDocuments[],
  sizes: ReadonlyMap<string, number>,
): string[] {
  const known = new Set<StoredDocuments>()
  const faults = listed.flatMap(({ name, reference, digest, manifest, config, layers }) => {
    const same = stored.filter((one) => one.config.digest === config)
    if (same.length === 0) return [`${name}: no image ${config} is in the storage`]
    const found = same.find((one) => one.manifest.digest === manifest && pinnedDigest(one) === digest)
    if (found === undefined) return [`${name}: the image ${config} has no manifest ${manifest} for ${digest}`]
    known.add(found)
    const names = new Set(same.flatMap((one) => one.names))
    const missing = imageNames(reference, digest).filter((wanted) => !names.has(wanted))
    return [
      ...missing.map((wanted) => `${name}: ${wanted} does not lead to the image ${config}`),
      ...compareDiffIds({ name, layers }, found.diffIds),
      ...layers.flatMap(({ diffId, size }) => {
        const actual = sizes.get(diffId)
        return actual === undefined || actual === size
          ? []
          : [`${name}: layer ${diffId} has ${actual} bytes, not ${size}`]
      }),
    ]
  })
  const extra = stored.filter((one) => !known.has(one))
  return [
    ...faults,
    ...extra.map((one) => `the storage has the image ${one.config.digest}, which the manifest does not list`),
  ]
}
