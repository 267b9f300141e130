import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { z } from 'zod'
import { isSha256, type Sha256 } from '../digest.ts'
import type { OpenContent } from '../tar/write-tar.ts'
import type { Tree, TreePath } from '../tree/entry.ts'
import { childPath } from '../tree/path.ts'
import { formatDigest } from './digest.ts'
import { parseImageConfig } from './image-config.ts'
import { invalidStorage } from './invalid-storage.ts'
import { type ImageDocument, type LayerDescriptor, parseImageDocument } from './manifest.ts'
import { largestDocument, parseDocument } from './parse-document.ts'
import { documentFile } from './storage-tree.ts'
import type { Document, StoredImage } from './stored-image.ts'

/** An image as the storage's documents describe it. */
export interface StoredDocuments extends Omit<StoredImage, 'layers'> {
  readonly diffIds: readonly Sha256[]
  readonly blobs: readonly LayerDescriptor[]
}

interface StorageFiles {
  readonly at: TreePath
  readonly open: OpenContent
}

const recordsSchema = z.array(
  z.object({
    id: z.custom<Sha256>(
      (value) => typeof value === 'string' && isSha256(value),
      'is not the id of an image',
    ),
    names: z.array(z.string()).default([]),
    'big-data-names': z.array(z.string()),
  }),
)

type Kept = Document & { readonly parsed: ImageDocument }

/**
 * The images of the storage at `at`: one for every manifest, or index of it, that an image is known by. The digest
 * of each document is checked.
 * @throws PipelineError `ARCHIVE_INVALID`.
 */
export async function readStoredImages(tree: Tree, { at, open }: StorageFiles): Promise<StoredDocuments[]> {
  const folder = childPath(at, 'overlay-images')
  const read = async (path: TreePath): Promise<Uint8Array> => {
    const entry = tree.get(path)
    if (entry?.type !== 'file') throw invalidStorage(path, 'is missing')
    if (entry.size > largestDocument) throw invalidStorage(path, `is larger than ${largestDocument} bytes`)
    return await buffer(open(entry))
  }
  const listPath = childPath(folder, 'images.json')
  const records = parseDocument(await read(listPath), 'images.json of the container storage', recordsSchema)
  const images: StoredDocuments[] = []
  for (const record of records) {
    const own = childPath(folder, record.id)
    const readKey = async (key: string, digest: Sha256): Promise<Document> => {
      const path = childPath(own, documentFile(key))
      const bytes = await read(path)
      if (sha256(bytes) !== digest) throw invalidStorage(path, `is not what its key ${key} says`)
      return { digest, bytes }
    }
    const config = await readKey(formatDigest(record.id), record.id)
    const kept: Kept[] = []
    for (const key of record['big-data-names']) {
      const digest = key.replace(/^manifest-sha256:/, '')
      if (!isSha256(digest)) continue
      const document = await readKey(key, digest)
      kept.push({ ...document, parsed: parseImageDocument(document.bytes, `${key} of image ${record.id}`) })
    }
    images.push(...imagesOf({ names: record.names, config, kept, at: own }))
  }
  return images
}

/** All names stand with the first image: they are those of one record. */
function imagesOf({
  names,
  config,
  kept,
  at,
}: {
  names: readonly string[]
  config: Document
  kept: readonly Kept[]
  at: TreePath
}): StoredDocuments[] {
  const { created, diffIds } = parseImageConfig(config.bytes, `the configuration of image ${config.digest}`)
  const images: StoredDocuments[] = []
  const indexed = new Set<Sha256>()
  const add = (manifest: Kept, index: Kept | undefined): void => {
    if (manifest.parsed.type !== 'manifest' || manifest.parsed.manifest.config.digest !== config.digest)
      throw invalidStorage(at, `has the manifest ${manifest.digest}, which is of another image`)
    const blobs = manifest.parsed.manifest.layers
    if (blobs.length !== diffIds.length) throw invalidStorage(at, 'has not as many layers as diffIDs')
    images.push({ names: images.length === 0 ? names : [], index, manifest, config, created, diffIds, blobs })
  }
  for (const index of kept) {
    if (index.parsed.type !== 'index') continue
    const listed = new Set(index.parsed.index.manifests.map(({ digest }) => digest))
    const manifest = kept.find(({ digest }) => listed.has(digest))
    if (manifest === undefined)
      throw invalidStorage(at, `has no manifest that the index ${index.digest} names`)
    indexed.add(manifest.digest)
    add(manifest, index)
  }
  for (const manifest of kept)
    if (manifest.parsed.type === 'manifest' && !indexed.has(manifest.digest)) add(manifest, undefined)
  if (images.length === 0) throw invalidStorage(at, 'has no manifest')
  return images
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
