import { PipelineError } from '../errors.ts'
import { type LockedImage, nameOf } from '../locks/images.ts'
import { formatDigest } from '../oci/digest.ts'
import { platformOf } from '../oci/select-platform.ts'
import type { StoredImage } from '../oci/stored-image.ts'
import { blobOpener } from '../preload/blob-opener.ts'
import { loadImages } from '../preload/load-images.ts'
import { preloadTree } from '../preload/preload-tree.ts'
import { formatBytes } from '../render/amounts.ts'
import type { Build } from './build.ts'
import { outputStands } from './output-stands.ts'
import { step } from './step.ts'

export const images = step<Build>({
  name: 'images',
  title: 'Put the container images in place',
  async run(build, progress) {
    if (build.get('standing').output) return outputStands
    const { recipe } = build.get('recipe')
    const { store, options } = build
    const locked = build.get('clusterLocks').images?.images ?? []
    const loaded = await loadImages(
      locked.map(({ image }) => image),
      {
        store,
        architecture: options.architecture,
        openBlob: blobOpener(store),
        onLayer: (done, total) => progress.line(`layer ${done} of ${total}`),
      },
    )
    const platform = platformOf[options.architecture]
    for (const [index, image] of loaded.entries())
      assertPlatform(image, locked[index] as LockedImage, platform)
    const preload = recipe.images?.preload
    if (loaded.length === 0 || preload === undefined) {
      build.set('preloaded', { images: [], tree: new Map() })
      return { skipped: recipe.images === undefined ? 'the recipe has none' : 'without images' }
    }
    const { epoch } = build.get('installed')
    build.set('preloaded', { images: loaded, tree: await preloadTree(loaded, { preload, store, epoch }) })
    const layers = new Map(loaded.flatMap((image) => image.layers.map(({ diffId, size }) => [diffId, size])))
    const bytes = [...layers.values()].reduce((sum, size) => sum + size, 0)
    return { done: `${loaded.length} images of ${layers.size} layers, ${formatBytes(bytes)}, as ${preload}` }
  },
})

/** @throws PipelineError `LOCK_MISMATCH` when the index leads to another image than the lock says. */
function assertPlatform(
  { manifest }: StoredImage,
  locked: LockedImage,
  platform: keyof LockedImage['platforms'],
): void {
  const wanted = locked.platforms[platform]
  if (wanted === undefined || wanted === manifest.digest) return
  throw new PipelineError(
    'LOCK_MISMATCH',
    `${nameOf(locked)} is ${formatDigest(manifest.digest)} for ${platform}, and ${formatDigest(wanted)} in the lock`,
    { hint: 'Run `npm run lock` for this recipe.' },
  )
}
