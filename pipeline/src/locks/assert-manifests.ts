import { PipelineError } from '../errors.ts'
import type { Recipe } from '../recipe/schema.ts'
import type { ManifestsLock } from './manifests.ts'

/**
 * Holds a lock of manifests against the recipe that it must answer.
 * @throws PipelineError `LOCK_STALE` when names, addresses or tags differ.
 */
export function assertManifestsAnswer(
  { manifests }: ManifestsLock,
  { upstream }: NonNullable<Recipe['manifests']>,
  file: string,
): void {
  const locked = manifests.map(({ name, url, tag }) => `${name} ${tag} ${url}`)
  const wanted = Object.entries(upstream).map(([name, { url, tag }]) => `${name} ${tag} ${url}`)
  const differing = [...new Set(locked).symmetricDifference(new Set(wanted))]
  if (differing.length === 0) return
  throw new PipelineError(
    'LOCK_STALE',
    `${file} answers another recipe:\n  ${differing.sort().join('\n  ')}`,
    {
      hint: 'Run `npm run lock` for this recipe, look at what moves, and commit the lock.',
    },
  )
}
