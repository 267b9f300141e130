import { formatImageReference, type ImageReference } from '../oci/reference.ts'

/** Every image once, in the order of their names. */
export function sortedImages(images: Iterable<ImageReference>): ImageReference[] {
  const byName = new Map(Array.from(images, (image) => [formatImageReference(image), image]))
  return [...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, image]) => image)
}
