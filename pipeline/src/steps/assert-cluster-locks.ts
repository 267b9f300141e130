import { PipelineError } from '../errors.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import { assertManifestsAnswer } from '../locks/assert-manifests.ts'
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
  if (images === undefined || images.recipe === clusterDigest) return
  throw new PipelineError(
    'LOCK_STALE',
    `${shownPath(lockFiles.images)} answers another recipe: what decides which images are needed changed since it was written`,
    { hint: 'Run `npm run lock` for this recipe, look at what moves, and commit the lock.' },
  )
}
