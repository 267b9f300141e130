import type { Sha256 } from '../digest.ts'
import { layoutTree } from '../oci/layout-tree.ts'
import { storageTree } from '../oci/storage-tree.ts'
import type { StoredImage } from '../oci/stored-image.ts'
import type { preloads } from '../recipe/cluster.ts'
import type { Blobs } from '../store/blobs.ts'
import type { Content, Tree } from '../tree/entry.ts'
import { treePath } from '../tree/path.ts'

export type Preload = (typeof preloads)[number]

/** Where images are in a rootfs, in either form. */
export const preloadedAt = {
  'containers-storage': treePath('var/lib/containers/storage'),
  'oci-layout': treePath('usr/share/kaweezle/images'),
} as const satisfies Record<Preload, unknown>

/**
 * The tree that holds `images` in the form asked for. `epoch`, in seconds since 1970, is the time of all that is not
 * of a layer. For an OCI layout, the layers' compressed blobs must be in the store.
 */
export async function preloadTree(
  images: readonly StoredImage[],
  { preload, store, epoch }: { preload: Preload; store: Pick<Blobs, 'find'>; epoch: number },
): Promise<Tree> {
  const at = preloadedAt[preload]
  if (preload === 'containers-storage') return storageTree(images, { at, epoch })
  const blobs = new Map<Sha256, Content>()
  for (const { blob } of images.flatMap(({ layers }) => layers)) {
    const found = await store.find(blob.digest, blob.size)
    if (found === undefined) throw new Error(`layer ${blob.digest} is not in the store`)
    blobs.set(blob.digest, { file: found.path, offset: 0 })
  }
  return layoutTree(images, { at, epoch, blobOf: (digest) => blobs.get(digest) as Content })
}
