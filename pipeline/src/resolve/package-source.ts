import type { Keys } from '../apk/keys.ts'
import type { Architecture } from '../architecture.ts'
import type { Fetcher } from '../fetch/fetch.ts'
import type { Upstream } from '../fetch/upstream.ts'

/** What indexes and packages are fetched with, and what they must be signed by. */
export interface PackageSource {
  readonly architecture: Architecture
  readonly keys: Keys
  readonly fetcher: Fetcher
  readonly upstream: Upstream
  readonly signal: AbortSignal
}
