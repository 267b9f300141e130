import type { Architecture } from '../architecture.ts'
import type { Sha256 } from '../digest.ts'
import { PipelineError } from '../errors.ts'
import type { ArchitectureLock, PackagesLock } from './schema.ts'

export interface LockQuestion {
  /** What `recipeDigest` says of the recipe now. */
  readonly recipe: Sha256
  readonly architecture: Architecture
  /** The lock's file name, for errors. */
  readonly file: string
}

/**
 * The part of a lock that a build of this recipe and architecture uses.
 * @throws PipelineError `LOCK_STALE` when it has none, or one of another recipe.
 */
export function assertLockAnswers(
  lock: PackagesLock,
  { recipe, architecture, file }: LockQuestion,
): ArchitectureLock {
  const locked = lock.architectures[architecture]
  if (locked === undefined) throw stale(`${file} has no packages for ${architecture}`)
  if (locked.recipe !== recipe)
    throw stale(
      `${file} answers another recipe: base, repositories, keys, packages or the agent’s dependencies changed since it was written`,
    )
  return locked
}

function stale(message: string): PipelineError {
  return new PipelineError('LOCK_STALE', message, {
    hint: 'Run `npm run lock` for this recipe, look at what moves, and commit the lock.',
  })
}
