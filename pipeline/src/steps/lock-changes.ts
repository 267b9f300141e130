import type { LoadedRecipe } from '../load/load-recipe.ts'
import { renderImagesDiff, renderManifestsDiff } from '../locks/diff-cluster.ts'
import { printImagesLock } from '../locks/images.ts'
import { printManifestsLock } from '../locks/manifests.ts'
import type { LockChange } from './locking.ts'
import type { ClusterLocks } from './results.ts'

/** The locks of manifests and images that are not what they were. */
export function clusterChanges(
  before: ClusterLocks,
  after: ClusterLocks,
  { lockFiles }: Pick<LoadedRecipe, 'lockFiles'>,
): LockChange[] {
  const changes: LockChange[] = []
  if (after.manifests !== undefined) {
    const text = printManifestsLock(after.manifests)
    const diff = renderManifestsDiff(before.manifests, after.manifests) || otherwise('manifests')
    if (before.manifests === undefined || printManifestsLock(before.manifests) !== text)
      changes.push({ file: lockFiles.manifests, text, diff })
  }
  if (after.images !== undefined) {
    const text = printImagesLock(after.images)
    const diff = renderImagesDiff(before.images, after.images) || otherwise('images')
    if (before.images === undefined || printImagesLock(before.images) !== text)
      changes.push({ file: lockFiles.images, text, diff })
  }
  return changes
}

function otherwise(what: string): string {
  return `${what}: only addresses, platforms or reasons differ\n`
}
