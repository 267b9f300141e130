import type { Sha256 } from '../digest.ts'
import type { Content } from '../tree/entry.ts'
import type { LayerEntries } from './layer-tree.ts'
import type { LayerDescriptor } from './manifest.ts'

/** The bytes of a manifest, index or configuration, as they were published. */
export interface Document {
  readonly digest: Sha256
  readonly bytes: Uint8Array
}

/** A layer, unpacked. */
export interface Layer extends LayerEntries {
  readonly diffId: Sha256
  /** Bytes of the uncompressed tar. */
  readonly size: number
  /** The gzipped tar-split, and its bytes. */
  readonly tarSplit: { readonly content: Content; readonly size: number }
}

/** An image for one platform with all that a container storage keeps of it. */
export interface StoredImage {
  /** As the storage has them: `registry/repository:tag`, `registry/repository@sha256:…`. */
  readonly names: readonly string[]
  /** The index that the manifest was chosen from, if there is one. */
  readonly index: Document | undefined
  readonly manifest: Document
  readonly config: Document
  /** RFC 3339. */
  readonly created: string | undefined
  /** Lowest first. */
  readonly layers: readonly (Layer & { readonly blob: LayerDescriptor })[]
}

/** The digest that an image is pinned by. */
export function pinnedDigest({ index, manifest }: Pick<StoredImage, 'index' | 'manifest'>): Sha256 {
  return (index ?? manifest).digest
}
