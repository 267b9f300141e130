import type { Sha256 } from '../digest.ts'
import { formatDigest } from './digest.ts'
import { layerIds } from './layer-ids.ts'
import type { Compression } from './media-types.ts'
import type { StoredImage } from './stored-image.ts'

export interface LayerRecord {
  readonly id: Sha256
  /** The ids of the layers below, lowest first. */
  readonly lower: readonly Sha256[]
  readonly layer: StoredImage['layers'][number]
  /** What `layers.json` says of it, in the order that containers/storage writes. */
  readonly record: object
}

/** Numbers of containers/storage (`pkg/archive`). 0 is left out. */
const compressionNumbers: Readonly<Record<Compression, number>> = { none: 0, gzip: 2, zstd: 4 }

/** The layers of all images, each once, after those below it and then by id. Their time is `epoch`. */
export function layerRecords(images: readonly StoredImage[], epoch: number): LayerRecord[] {
  const created = new Date(epoch * 1000).toISOString().replace('.000Z', 'Z')
  const records = new Map<Sha256, LayerRecord>()
  for (const { layers } of images) {
    const ids = layerIds(layers.map(({ diffId }) => diffId))
    for (const [depth, layer] of layers.entries()) {
      const id = ids[depth] as Sha256
      const known = records.get(id)
      // The same layer may have been compressed twice: whichever image comes first, the same blob is named.
      if (known !== undefined && known.layer.blob.digest <= layer.blob.digest) continue
      const lower = ids.slice(0, depth)
      records.set(id, { id, lower, layer, record: recordOf({ id, lower, layer }, created) })
    }
  }
  return [...records.values()].sort((a, b) => a.lower.length - b.lower.length || (a.id < b.id ? -1 : 1))
}

function recordOf({ id, lower, layer }: Omit<LayerRecord, 'record'>, created: string): object {
  const { blob, diffId, size, uids, gids } = layer
  const compression = compressionNumbers[blob.compression]
  return {
    id,
    ...(lower.length > 0 && { parent: lower.at(-1) }),
    created,
    'compressed-diff-digest': formatDigest(blob.digest),
    'compressed-size': blob.size,
    'diff-digest': formatDigest(diffId),
    'diff-size': size,
    ...(compression > 0 && { compression }),
    ...(uids.length > 0 && { uidset: uids }),
    ...(gids.length > 0 && { gidset: gids }),
  }
}
