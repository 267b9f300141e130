import { createHash } from 'node:crypto'
import type { Sha256 } from '../digest.ts'
import { formatDigest } from './digest.ts'
import { layerIds } from './layer-ids.ts'
import { pinnedDigest, type StoredImage } from './stored-image.ts'

export interface ImageRecord {
  readonly id: Sha256
  /** What the storage keeps of the image as it was published, by key. */
  readonly documents: ReadonlyMap<string, Uint8Array>
  /** What `images.json` says of it, in the order that containers/storage writes. */
  readonly record: object
}

/**
 * The images by id, which is the digest of their configuration. Two with one configuration are one with the names
 * and manifests of both, and the digest of the first: those from an index come before others.
 * @throws Error when two images claim the same name.
 */
export function imageRecords(images: readonly StoredImage[]): ImageRecord[] {
  const byId = Map.groupBy(images.toSorted(byPrecedence), ({ config }) => config.digest)
  assertNamedOnce(byId)
  return [...byId]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, same]) => {
      const documents = documentsOf(same)
      return { id, documents, record: recordOf(id, same, documents) }
    })
}

function documentsOf(same: readonly StoredImage[]): Map<string, Uint8Array> {
  const [{ config, manifest }] = same as [StoredImage]
  const documents = new Map([[formatDigest(config.digest), config.bytes]])
  for (const document of same.flatMap((image) => [image.index ?? [], image.manifest].flat()))
    documents.set(`manifest-${formatDigest(document.digest)}`, document.bytes)
  return documents.set('manifest', manifest.bytes)
}

function recordOf(
  id: Sha256,
  same: readonly StoredImage[],
  documents: ReadonlyMap<string, Uint8Array>,
): object {
  const [image] = same as [StoredImage]
  const keys = [...documents.keys()]
  const sorted = [...documents].sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    id,
    digest: formatDigest(pinnedDigest(image)),
    names: [...new Set(same.flatMap(({ names }) => names))].sort(),
    layer: layerIds(image.layers.map(({ diffId }) => diffId)).at(-1),
    'big-data-names': keys,
    'big-data-sizes': Object.fromEntries(sorted.map(([key, bytes]) => [key, bytes.length])),
    'big-data-digests': Object.fromEntries(sorted.map(([key, bytes]) => [key, `sha256:${sha256(bytes)}`])),
    created: image.created ?? '1970-01-01T00:00:00Z',
  }
}

function byPrecedence(a: StoredImage, b: StoredImage): number {
  if ((a.index === undefined) !== (b.index === undefined)) return a.index === undefined ? 1 : -1
  return pinnedDigest(a) < pinnedDigest(b) ? -1 : 1
}

/** The storage would give a name to the image that comes last and take it from the others. */
function assertNamedOnce(byId: ReadonlyMap<Sha256, readonly StoredImage[]>): void {
  const owners = new Map<string, Sha256>()
  for (const [id, same] of byId) {
    for (const name of same.flatMap(({ names }) => names)) {
      if ((owners.get(name) ?? id) !== id) throw new Error(`Two images are named ${name}`)
      owners.set(name, id)
    }
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
