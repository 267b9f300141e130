import { createHash } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Sha256 } from '../../src/digest.ts'
import { PipelineError } from '../../src/errors.ts'
import type { FetchEvent } from '../../src/fetch/event.ts'
import { createFetcher, type Fetcher, type FetcherOptions } from '../../src/fetch/fetch.ts'
import { openStore, type Store } from '../../src/store/store.ts'

/** An empty cache, its store, and fetchers for it. */
export interface World extends AsyncDisposable {
  readonly cache: string
  readonly store: Store
  /** What the fetchers told. */
  readonly events: FetchEvent[]
  fetcher(options?: Partial<FetcherOptions>): Fetcher
  /** The names of all the files in the cache. */
  kept(): Promise<string[]>
}

/** Quick to try again, and patient with a busy machine. */
export const limits = { headers: 10_000, idle: 10_000, total: 30_000, backoff: 10, longestWait: 2000 }

export async function newWorld(): Promise<World> {
  const cache = await mkdtemp(join(tmpdir(), 'fetch-'))
  const store = await openStore(cache)
  const { signal } = new AbortController()
  const events: FetchEvent[] = []
  const onEvent = (event: FetchEvent) => events.push(event)
  return {
    cache,
    store,
    events,
    fetcher: (options) => createFetcher({ store, signal, limits, onEvent, ...options }),
    async kept() {
      const entries = await readdir(cache, { recursive: true, withFileTypes: true })
      return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
    },
    [Symbol.asyncDispose]: () => rm(cache, { recursive: true }),
  }
}

export function sha256Of(bytes: Uint8Array): Sha256 {
  return createHash('sha256').update(bytes).digest('hex') as Sha256
}

/** Undefined for success; otherwise the code of an error that names the file and what to do. */
export async function failureOf(fetching: Promise<unknown>): Promise<string | undefined> {
  try {
    await fetching
    return undefined
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    expect(error.message).toContain('file')
    expect(error.hint).toBeTruthy()
    return error.code
  }
}
