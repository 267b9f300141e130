import type { LoadedRecipe } from '../load/load-recipe.ts'
import type { PackagesLock } from '../locks/schema.ts'
import { type Hold, holdStore, Session, type SessionOptions } from './session.ts'

export interface LockingOptions extends SessionOptions {
  /** Lock only `architecture`, and keep what the lock has for others. */
  readonly onlyArchitecture: boolean
}

export interface LockingOutcome {
  /** Absolute path of the lock. */
  readonly file: string
  readonly before: PackagesLock | undefined
  readonly after: PackagesLock
}

/** A run of `npm run lock`. */
export class Locking extends Session {
  readonly options: LockingOptions
  loaded: LoadedRecipe | undefined
  #outcome: LockingOutcome | undefined

  constructor(options: LockingOptions, hold: Hold) {
    super(options, hold)
    this.options = options
  }

  get outcome(): LockingOutcome {
    if (this.#outcome === undefined) throw new Error('nothing is resolved yet')
    return this.#outcome
  }

  set outcome(outcome: LockingOutcome) {
    this.#outcome = outcome
  }
}

/**
 * Starts a run that locks: it holds the cache until it is disposed of.
 * @throws PipelineError `FILE_FAILED`, `DISK_FULL`, `INTERRUPTED`
 */
export async function openLocking(options: LockingOptions, signal: AbortSignal): Promise<Locking> {
  return new Locking(options, await holdStore(options, signal))
}
