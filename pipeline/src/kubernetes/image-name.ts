import { formatImageReference, type ImageReference } from '../oci/reference.ts'

/** `registry/repository:tag`: what an image is locked by, whatever digest it is pinned to. */
export function imageName(image: ImageReference): string {
  return formatImageReference({ ...image, digest: undefined })
}
