import { PipelineError } from '../errors.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import { assertManifestsAnswer } from '../locks/assert-manifests.ts'
import { imagesLockDigest } from '../locks/images.ts'
import { shownPath } from '../render/shown-path.ts'
import type { ClusterLocks } from './results.ts'

/**
 * Holds the locks of manifests and images against the recipe that they must answer.
 * @throws PipelineError `LOCK_STALE`
 */
export function assertClusterLocks(
  { manifests, images }: ClusterLocks,
  { recipe, lockFiles, clusterDigest }: LoadedRecipe,
): void {
  if (recipe.manifests !== undefined && manifests !== undefined)
    assertManifestsAnswer(manifests, recipe.manifests, shownPath(lockFiles.manifests))
  if (images === undefined || images.recipe === imagesLockDigest(clusterDigest, images.images)) return
  const file = shownPath(lockFiles.images)
  throw new PipelineError(
    'LOCK_STALE',
    `${file} answers another recipe, or its images are not those that were locked for this one`,
    { hint: 'Run `npm run lock` for this recipe, look at what moves, and commit the lock.' },
  )
}
