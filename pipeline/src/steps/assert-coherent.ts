import { PipelineError } from '../errors.ts'
import { checkCoherence, renderCoherence } from '../kubernetes/coherence.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import type { ArchitectureLock } from '../locks/schema.ts'
import type { ClusterLocks } from './results.ts'

/**
 * Holds the locked packages and images and the recipe against each other, before anything is fetched.
 * @throws PipelineError `INCOHERENT`, with a table.
 */
export function assertCoherent(
  { recipe, pauseImage }: LoadedRecipe,
  { packages }: ArchitectureLock,
  { images }: ClusterLocks,
): void {
  const rows = checkCoherence({ recipe, pauseImage, packages, images })
  if (rows.every(({ ok }) => ok)) return
  throw new PipelineError(
    'INCOHERENT',
    `the parts of the cluster do not fit together:\n${renderCoherence(rows)}`,
    {
      hint: 'Correct the versions in the recipe, and run `npm run lock`.',
    },
  )
}
