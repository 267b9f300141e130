import type { BuiltAgent } from '../agent/build-agent.ts'
import type { Architecture } from '../architecture.ts'
import type { Engine, Sandbox } from '../engine/engine.ts'
import { type EngineChoice, selectEngine } from '../engine/select.ts'
import { createFetcher, type Fetcher } from '../fetch/fetch.ts'
import { type ManifestMirror, openManifestPlaces } from '../fetch/manifest-places.ts'
import { openUpstream, type Place, type Upstream } from '../fetch/upstream.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'
import type { ArchitectureLock } from '../locks/schema.ts'
import type { Progress } from '../progress.ts'
import { openRegistries, type Registries } from '../registry/registries.ts'
import type { EventSink, StepEvent } from '../render/event.ts'
import { type InstallOptions, openInstalled } from '../resolve/install-locked.ts'
import { resolveLock } from '../resolve/resolve-lock.ts'
import { acquireBuildLock } from '../store/build-lock.ts'
import { openStore, type Store } from '../store/store.ts'
import { fetchProgress } from './fetch-progress.ts'
import type { Run } from './run.ts'

/** Where things come from. */
export interface SourceOptions {
  /** Absolute path of the recipe. */
  readonly recipe: string
  readonly architecture: Architecture
  readonly engine: EngineChoice
  /** A URL, or the path of a folder or of a packages.tar. */
  readonly mirror: string
  /** By registry, the address that has its repositories instead. */
  readonly registryMirrors: ReadonlyMap<string, string>
  readonly manifestMirrors: readonly ManifestMirror[]
  /** Absolute path of the cache folder. */
  readonly cache: string
}

export interface SessionOptions extends SourceOptions {
  readonly offline: boolean
}

interface Question {
  readonly loaded: LoadedRecipe
  readonly architecture: Architecture
  readonly agent: BuiltAgent | undefined
  readonly progress: Required<Progress>
}

/** A run's hold on the cache, and its ways to the mirror and to an engine, each opened when first needed. */
export class Session implements Run, AsyncDisposable {
  readonly signal: AbortSignal
  readonly store: Store
  /** What is open until the run ends; disposed of in reverse. */
  readonly resources = new AsyncDisposableStack()
  readonly #options: SessionOptions
  readonly #sinks: EventSink[] = []
  #upstream: Promise<Upstream> | undefined
  #engine: Promise<Engine> | undefined
  #manifestPlaces: Promise<(url: string) => Place> | undefined
  #registries: Registries | undefined

  constructor(options: SessionOptions, { store, lock, signal }: Hold) {
    this.#options = options
    this.store = store
    this.signal = signal
    this.resources.use(lock)
  }

  emit = (event: StepEvent): void => {
    for (const sink of this.#sinks) sink(event)
  }

  listen(sink: EventSink): void {
    this.#sinks.push(sink)
  }

  upstream(): Promise<Upstream> {
    this.#upstream ??= openUpstream(this.#options.mirror, process.env)
    return this.#upstream
  }

  /** A fetcher that reports to `progress`. */
  fetcher(progress: Required<Progress>): Fetcher {
    const { offline } = this.#options
    return createFetcher({
      store: this.store,
      signal: this.signal,
      offline,
      onEvent: fetchProgress(progress),
    })
  }

  /** Where the manifests of upstream are. */
  manifestPlaces(): Promise<(url: string) => Place> {
    this.#manifestPlaces ??= openManifestPlaces(this.#options.manifestMirrors, process.env)
    return this.#manifestPlaces
  }

  registries(): Registries {
    this.#registries ??= openRegistries({ mirrors: this.#options.registryMirrors, env: process.env })
    return this.#registries
  }

  engine(): Promise<Engine> {
    const { workFolder } = this.store
    this.#engine ??= selectEngine(this.#options.engine, { workFolder, signal: this.signal })
    return this.#engine
  }

  /** A sandbox with all packages of a lock installed, until the run ends. */
  async openInstalled(options: InstallOptions): Promise<Sandbox> {
    return this.resources.use(await openInstalled(await this.engine(), options))
  }

  /** What a recipe means today for one architecture. */
  async resolve(question: Question): Promise<ArchitectureLock> {
    const { store, signal } = this
    const fetcher = this.fetcher(question.progress)
    const [upstream, engine] = [await this.upstream(), () => this.engine()]
    return resolveLock({ ...question, upstream, fetcher, store, engine, signal })
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.resources.disposeAsync()
  }
}

/** A store that no other run uses, until `lock` is disposed of. */
export interface Hold {
  readonly store: Store
  readonly lock: Disposable
  readonly signal: AbortSignal
}

/**
 * Opens the store of a run, waits until no other run uses it, and removes what killed runs left in it.
 * @throws PipelineError `FILE_FAILED`, `DISK_FULL`, `INTERRUPTED`
 */
export async function holdStore({ cache }: SessionOptions, signal: AbortSignal): Promise<Hold> {
  const warn = (text: string) => process.stderr.write(`${text}\n`)
  const lock = await acquireBuildLock(cache, {
    signal,
    onWait: (pid) =>
      warn(`waiting for another build${pid === undefined ? '' : ` (process ${pid})`} to leave ${cache}`),
  })
  const store = await openStore(cache, {
    onDamaged: (path) => warn(`${path} was damaged and is removed; it will be fetched or made again`),
  })
  await store.removeLeftovers()
  return { store, lock, signal }
}
