import { parseKeys } from '../apk/keys.ts'
import type { Architecture } from '../architecture.ts'
import type { Fetcher } from '../fetch/fetch.ts'
import type { Upstream } from '../fetch/upstream.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import type { ArchitectureLock } from '../locks/schema.ts'
import type { VerifiedBlob } from '../store/blob.ts'
import { type FetchedPackage, fetchLocked } from './fetch-packages.ts'
import { type BaseFacts, readBase } from './read-base.ts'
import { type ResolvedRepository, resolveRepositories } from './repositories.ts'

/** What a lock of packages names, in the store. */
export interface Fetched {
  readonly base: VerifiedBlob
  readonly facts: BaseFacts
  readonly repositories: readonly ResolvedRepository[]
  readonly packages: readonly FetchedPackage[]
}

interface FetchOptions {
  readonly loaded: LoadedRecipe
  readonly architecture: Architecture
  readonly upstream: Upstream
  readonly fetcher: Fetcher
  readonly signal: AbortSignal
}

/**
 * Brings the base and every package of a lock into the store.
 * @throws PipelineError whatever fetching and verifying throw.
 */
export async function fetchLock(
  lock: ArchitectureLock,
  { loaded, architecture, upstream, fetcher, signal }: FetchOptions,
): Promise<Fetched> {
  const { file, size, sha256, release } = lock.base
  const base = await fetcher.fetchBlob({ ...upstream.onMirror(file), label: file, size, sha256 })
  const facts = await readBase(base, file)
  const keys = parseKeys(new Map([...facts.keys, ...loaded.keyFiles]))
  const packages = await fetchLocked(lock.packages, { architecture, keys, fetcher, upstream, signal })
  const repositories = resolveRepositories(loaded.recipe.repositories, release)
  return { base, facts, repositories, packages }
}
