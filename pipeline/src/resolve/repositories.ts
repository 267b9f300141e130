import type { Repository } from '../recipe/repository.ts'

/** A repository of a recipe once the base's branch is known. */
export interface ResolvedRepository {
  /** Its path on the mirror, e.g. `v3.24/main`, or the address of one that is elsewhere. */
  readonly location: string
  readonly tag: string | undefined
}

/** The repositories of a recipe, in its order; those without a branch of their own belong to the base's. */
export function resolveRepositories(
  repositories: readonly Repository[],
  branch: string,
): ResolvedRepository[] {
  return repositories.map((repository) => ({
    location: 'url' in repository ? repository.url : `${repository.release ?? branch}/${repository.name}`,
    tag: repository.tag,
  }))
}

/** A file of `/etc/apk/repositories`' form (apk-repositories(5)), with each location made an address. */
export function printRepositories(
  repositories: readonly ResolvedRepository[],
  addressOf: (location: string, index: number) => string,
): string {
  return repositories
    .map(
      ({ location, tag }, index) => `${tag === undefined ? '' : `@${tag} `}${addressOf(location, index)}\n`,
    )
    .join('')
}
