import type { IndexPackage } from '../apk/index.ts'
import type { Change } from '../apk/resolution.ts'
import { PipelineError } from '../errors.ts'
import { type IndexedRepository, keyOf } from './fetch-index.ts'

/** A package, and the location of the repository that it comes from. */
export interface LocatedPackage {
  readonly repository: string
  readonly entry: IndexPackage
}

/**
 * The package that a line of apk's output is about. It names no repository: a tag says which, and else the first
 * one of those without a tag that has it, as in apk. What is then installed is held against the lock by identity.
 * @throws PipelineError `RECIPE_INVALID` when it is about no package of a repository.
 */
export function locate(change: Change, repositories: readonly IndexedRepository[]): LocatedPackage {
  const { action, name, version, tag } = change
  if (action === 'purge') {
    throw new PipelineError('RECIPE_INVALID', `apk would remove ${name}, which the base brings`, {
      hint: 'Leave out the package that conflicts with it.',
    })
  }
  const tagged = (wanted: string | undefined) => repositories.filter((one) => one.tag === wanted)
  const key = keyOf(change)
  const found = [...tagged(tag), ...tagged(undefined), ...repositories].find(({ packages }) =>
    packages.has(key),
  )
  const entry = found?.packages.get(key)
  if (found !== undefined && entry !== undefined) return { repository: found.location, entry }
  throw new PipelineError(
    'RECIPE_INVALID',
    `apk would use ${name} ${version} of the base, which no repository has`,
    { hint: 'Ask for it without a tag, or upgrade the base with `upgrade: true`.' },
  )
}
