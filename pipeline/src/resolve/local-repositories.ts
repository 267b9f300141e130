import { buildIndex, signIndex } from '../apk/index-writer.ts'
import type { KeyPair } from '../apk/sign.ts'
import type { Architecture } from '../architecture.ts'
import { type FetchedPackage, packageFile } from './fetch-packages.ts'
import type { ResolvedRepository } from './repositories.ts'
import type { SuppliedRepository } from './sandbox-apk.ts'

/** The index of each repository, of just the packages of a lock: unsigned, and the same bytes in every build. */
export function buildIndexes(
  repositories: readonly ResolvedRepository[],
  packages: readonly FetchedPackage[],
  architecture: Architecture,
): { location: string; bytes: Uint8Array }[] {
  return repositories.map(({ location }) => {
    const entries = packages.filter(({ repository }) => repository === location).map(({ facts }) => facts)
    const sourceDate = Math.max(0, ...entries.map(({ info }) => info.buildDate ?? 0))
    return { location, bytes: buildIndex(entries, { architecture, description: location, sourceDate }) }
  })
}

/** The repositories as the sandbox's `apk` sees them: fetched packages behind indexes that `key` signs. */
export function localRepositories(
  repositories: readonly ResolvedRepository[],
  packages: readonly FetchedPackage[],
  { architecture, key }: { architecture: Architecture; key: KeyPair },
): SuppliedRepository[] {
  const indexes = buildIndexes(repositories, packages, architecture)
  return repositories.map((repository, number) => {
    const own = packages.filter(({ repository: location }) => location === repository.location)
    return {
      ...repository,
      index: signIndex(indexes[number]?.bytes ?? new Uint8Array(), key),
      packages: new Map(own.map(({ facts, blob }) => [packageFile(facts.info), blob.path])),
    }
  })
}
