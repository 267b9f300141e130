import type { Fetcher } from '../fetch/fetch.ts'
import { fetchAll } from '../fetch/fetch-all.ts'
import type { Place } from '../fetch/upstream.ts'
import type { LockedManifest } from '../locks/manifests.ts'
import type { VerifiedBlob } from '../store/blob.ts'

/** A manifest of upstream, in the store. */
export interface FetchedManifest extends LockedManifest {
  readonly blob: VerifiedBlob
}

export interface ManifestOptions {
  readonly fetcher: Fetcher
  readonly placeOf: (url: string) => Place
  readonly signal: AbortSignal
}

/** Far above the largest that a project publishes; `kubectl apply` takes objects of 1 MiB. */
const largestManifest = 16 * 2 ** 20

/**
 * Brings every locked manifest into the store.
 * @throws PipelineError whatever fetching throws.
 */
export function fetchManifests(
  locked: readonly LockedManifest[],
  { fetcher, placeOf, signal }: ManifestOptions,
): Promise<FetchedManifest[]> {
  return fetchAll(
    locked,
    async (one, signal) => {
      const { name, tag, url, size, sha256 } = one
      const request = { ...placeOf(url), label: `manifest ${name} ${tag}`, size, sha256, signal }
      return { ...one, blob: await fetcher.fetchBlob(request) }
    },
    { signal },
  )
}

/** The manifest at an address as upstream has it now. */
export async function fetchManifest(
  wanted: Pick<LockedManifest, 'name' | 'tag' | 'url'>,
  { fetcher, placeOf, signal }: ManifestOptions,
): Promise<FetchedManifest> {
  const label = `manifest ${wanted.name} ${wanted.tag}`
  const request = { ...placeOf(wanted.url), label, maximumSize: largestManifest, signal }
  const blob = await fetcher.fetchUnlocked(request)
  return { ...wanted, size: blob.size, sha256: blob.sha256, blob }
}
