import type { RootfsManifest } from '../describe/manifest.ts'
import type { ImageReference } from '../oci/reference.ts'

/** An image of the manifest, whose name was understood; the reference is pinned by its digest. */
export type ListedImage = RootfsManifest['images'][number] & { readonly reference: ImageReference }
