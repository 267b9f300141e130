import { PipelineError } from '../errors.ts'
import { fetchAll } from '../fetch/fetch-all.ts'
import type { ManifestsLock } from '../locks/manifests.ts'
import type { Recipe } from '../recipe/schema.ts'
import { type FetchedManifest, fetchManifest, type ManifestOptions } from './fetch-manifests.ts'

interface ResolveOptions extends ManifestOptions {
  readonly before: ManifestsLock | undefined
  /** Whether other bytes under the same address and tag are taken. */
  readonly acceptMoved: boolean
}

/**
 * The manifests of a recipe as upstream has them now, in the order of their names.
 * @throws PipelineError `LOCK_MISMATCH` when one changed under the same tag, and whatever fetching throws.
 */
export async function resolveManifests(
  { upstream }: NonNullable<Recipe['manifests']>,
  { before, acceptMoved, ...options }: ResolveOptions,
): Promise<FetchedManifest[]> {
  const wanted = Object.entries(upstream)
    .map(([name, { url, tag }]) => ({ name, url, tag }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  const found = await fetchAll(wanted, (one, signal) => fetchManifest(one, { ...options, signal }), options)
  const moved = found.flatMap(({ name, url, tag, sha256 }) => {
    const old = before?.manifests.find((one) => one.name === name && one.url === url && one.tag === tag)
    return old === undefined || old.sha256 === sha256
      ? []
      : [`\n  ${name} ${tag}: sha256 ${old.sha256} -> ${sha256}`]
  })
  if (moved.length === 0 || acceptMoved) return found
  throw new PipelineError(
    'LOCK_MISMATCH',
    `upstream changed manifests under the same tag:${moved.join('')}`,
    {
      hint: 'Find out why. To take them all the same: npm run lock -- --accept-moved',
    },
  )
}
