import type { Sha256 } from '../digest.ts'
import type { ListedImage } from './listed-image.ts'

/** A line when an image does not consist of the layers that its manifest entry lists, in their order. */
export function compareDiffIds(
  { name, layers }: Pick<ListedImage, 'name' | 'layers'>,
  found: readonly Sha256[],
): string[] {
  const listed = layers.map(({ diffId }) => diffId)
  if (listed.length !== found.length)
    return [`${name} has ${found.length} layers, and ${listed.length} in the manifest`]
  return found.flatMap((diffId, depth) =>
    listed[depth] === diffId ? [] : [`${name}: layer ${depth + 1} is ${diffId}, not ${listed[depth]}`],
  )
}
