import type { RootfsManifest } from '../describe/manifest.ts'
import type { Sha256 } from '../digest.ts'
import { layerIds } from '../oci/layer-ids.ts'

/** A layer as it was unpacked, and as it came. */
export interface StoredLayer {
  readonly diffId: Sha256
  readonly blob: { readonly digest: Sha256 }
}

/**
 * What the layers of an image are stored under, lowest first: their place above others in a container storage, the
 * digest of their blob in an OCI layout.
 */
export function storedNames(layers: readonly StoredLayer[], preload: RootfsManifest['preload']): Sha256[] {
  if (preload === 'oci-layout') return layers.map(({ blob }) => blob.digest)
  return layerIds(layers.map(({ diffId }) => diffId))
}

/** What a path below the images' folder is stored under, if it is of a layer, or of a document that has a digest. */
export function storedNameAt(path: string): string | undefined {
  return /^(?:overlay|overlay-layers|blobs\/sha256)\/([0-9a-f]{64})(?:\/|\.tar-split\.gz$|$)/.exec(path)?.[1]
}
