import type { RootfsManifest } from '../describe/manifest.ts'
import { isPipelineError } from '../errors.ts'
import { formatImageReference, type ImageReference, parseImageReference } from '../oci/reference.ts'
import { preloadedAt } from '../preload/preload-tree.ts'
import type { Tree } from '../tree/entry.ts'
import { byteString, displayPath } from '../tree/path.ts'
import { showPath } from '../verify/show.ts'
import { checkLayout } from './check-layout.ts'
import { checkStorage } from './check-storage.ts'
import type { ListedImage } from './listed-image.ts'
import type { RootfsView } from './rootfs-view.ts'

/** A line for every way in which the images of the rootfs are not those of its manifest, whole and unchanged. */
export async function checkImages(view: RootfsView): Promise<string[]> {
  const { preload, images } = view.manifest
  const faults = strayImages(view.tree, preload)
  if (preload === null)
    return images.length === 0 ? faults : [...faults, 'the manifest lists images, but has no preload']
  const listed: ListedImage[] = []
  for (const image of images) {
    const reference = parseName(image)
    if (reference === undefined)
      faults.push(
        `"${displayPath(byteString(image.name))}" in the manifest is no name of an image with a tag`,
      )
    else listed.push({ ...image, reference })
  }
  const names = Map.groupBy(images, ({ name }) => name)
  for (const [name, same] of names) if (same.length > 1) faults.push(`${name} is in the manifest twice`)
  const check = preload === 'containers-storage' ? checkStorage : checkLayout
  return [...faults, ...(await check(view, listed))]
}

/** Images in a form that the manifest does not speak of. */
function strayImages(tree: Tree, preload: RootfsManifest['preload']): string[] {
  return Object.entries(preloadedAt).flatMap(([form, place]) => {
    if (form === preload) return []
    const paths = [...tree.keys()].filter((path) => path.startsWith(`${place}/`))
    const first = paths.find((path) => tree.get(path)?.type !== 'directory') ?? paths[0]
    return first === undefined
      ? []
      : [`${showPath(first)} is there, but the manifest has no images in ${form}`]
  })
}

function parseName({ name, digest }: RootfsManifest['images'][number]): ImageReference | undefined {
  const text = `${name}@sha256:${digest}`
  try {
    const reference = parseImageReference(text)
    return reference.tag !== undefined && formatImageReference(reference) === text ? reference : undefined
  } catch (error) {
    if (isPipelineError(error, 'RECIPE_INVALID')) return undefined
    throw error
  }
}
