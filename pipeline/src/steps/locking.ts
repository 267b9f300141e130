import { type BuiltAgent, buildAgent } from '../agent/build-agent.ts'
import type { KeyPair } from '../apk/sign.ts'
import type { Architecture } from '../architecture.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import type { PackagesLock } from '../locks/schema.ts'
import { temporaryKey } from '../resolve/sandbox-apk.ts'
import { type Hold, holdStore, Session, type SessionOptions } from './session.ts'

export interface LockingOptions extends SessionOptions {
  /** Lock packages only for `architecture`, and keep what the lock has for others. */
  readonly onlyArchitecture: boolean
  /** Whether other bytes under the same tag of an image or manifest are taken. */
  readonly acceptMoved: boolean
}

/** A lock that is not what it was. */
export interface LockChange {
  /** Absolute path of the lock. */
  readonly file: string
  readonly text: string
  /** For people. */
  readonly diff: string
}

/** A run of `npm run lock`. */
export class Locking extends Session {
  readonly options: LockingOptions
  readonly changes: LockChange[] = []
  #loaded: LoadedRecipe | undefined
  #packages: PackagesLock | undefined
  #agentKey: KeyPair | undefined

  constructor(options: LockingOptions, hold: Hold) {
    super(options, hold)
    this.options = options
  }

  get loaded(): LoadedRecipe {
    return made(this.#loaded, 'recipe')
  }

  set loaded(loaded: LoadedRecipe) {
    this.#loaded = loaded
  }

  /** The agent's packages, if the recipe has an agent: signed by a key of this run, which no lock depends on. */
  async agent(architecture: Architecture): Promise<BuiltAgent | undefined> {
    const { agent } = this.loaded
    if (agent === undefined) return undefined
    this.#agentKey ??= temporaryKey('kaweezle-agent')
    return buildAgent(agent, { architecture, key: this.#agentKey, store: this.store })
  }

  get packages(): PackagesLock {
    return made(this.#packages, 'lock of packages')
  }

  set packages(packages: PackagesLock) {
    this.#packages = packages
  }
}

/** A step that asks too early is a bug in the order of the steps. */
function made<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there is no ${what} yet`)
  return value
}

/**
 * Starts a run that locks: it holds the cache until it is disposed of.
 * @throws PipelineError `FILE_FAILED`, `DISK_FULL`, `INTERRUPTED`
 */
export async function openLocking(options: LockingOptions, signal: AbortSignal): Promise<Locking> {
  return new Locking(options, await holdStore(options, signal))
}
