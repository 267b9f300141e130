import type { LoadedRecipe } from '../load/load-recipe.ts'
import { readLock } from '../load/read-lock.ts'
import { parseImagesLock } from '../locks/images.ts'
import { parseManifestsLock } from '../locks/manifests.ts'
import type { ClusterLocks } from './results.ts'

/**
 * The locks of manifests and images that are there, for the parts that the recipe has.
 * @throws PipelineError `LOCK_INVALID`, `FILE_FAILED`
 */
export async function readClusterLocks({ recipe, lockFiles }: LoadedRecipe): Promise<ClusterLocks> {
  return {
    manifests: recipe.manifests && (await readLock(lockFiles.manifests, parseManifestsLock)),
    images: recipe.images && (await readLock(lockFiles.images, parseImagesLock)),
  }
}
