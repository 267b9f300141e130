import type { Sha256 } from '../digest.ts'
import { PipelineError } from '../errors.ts'
import type { VerifiedBlob } from '../store/blob.ts'
import type { Verify } from '../store/blobs.ts'
import type { Store } from '../store/store.ts'
import { download } from './download.ts'
import type { FetchEvent } from './event.ts'
import { defaultLimits, type FetchLimits } from './limits.ts'
import type { Source } from './source.ts'

export interface FetcherOptions {
  readonly store: Store
  readonly signal: AbortSignal
  /** Only the store is asked. */
  readonly offline?: boolean
  readonly limits?: Partial<FetchLimits>
  readonly onEvent?: (event: FetchEvent) => void
}

interface FetchRequest {
  readonly source: Source
  /** Relative to the source. */
  readonly path: string
  /** What people know the file as. */
  readonly label: string
  /** Called before the file is stored; not for one that is in the store already. */
  readonly verify?: Verify
  /** Instead of the fetcher's own; the one {@link fetchAll} hands out. */
  readonly signal?: AbortSignal
}

interface SizedRequest extends FetchRequest {
  readonly sha256: Sha256
  /** Bytes. */
  readonly size: number
  readonly maximumSize?: never
}

interface BoundedRequest extends FetchRequest {
  readonly sha256: Sha256
  readonly size?: never
  /** Bytes after which the file is refused, where only its digest is known. */
  readonly maximumSize: number
}

export type BlobRequest = SizedRequest | BoundedRequest

export interface UnlockedRequest extends FetchRequest {
  /** Bytes, where something trusted says so. */
  readonly size?: number
  /** Bytes after which the file is refused. */
  readonly maximumSize: number
}

export interface Fetcher {
  /**
   * The file with that digest: from the store, where it is there whole, without any request.
   * @throws PipelineError as {@link download} says, and `OFFLINE`
   */
  fetchBlob(request: BlobRequest): Promise<VerifiedBlob>
  /**
   * The file as its source has it now; never from the store. Its digest vouches for nothing but itself.
   * @throws PipelineError as {@link download} says, and `OFFLINE`
   */
  fetchUnlocked(request: UnlockedRequest): Promise<VerifiedBlob>
}

/** The one way from upstream into the store. */
export function createFetcher({ store, signal, offline = false, ...options }: FetcherOptions): Fetcher {
  const onEvent = options.onEvent ?? (() => {})
  const settings = { store, onEvent, limits: { ...defaultLimits, ...options.limits } }
  const underWay = new Map<Sha256, Promise<VerifiedBlob>>()

  async function findOrDownload(request: BlobRequest): Promise<VerifiedBlob> {
    const { sha256, size, label } = request
    const found = await store.find(sha256, size)
    if (found !== undefined) {
      onEvent({ type: 'done', label, bytes: found.size, from: 'store' })
      return found
    }
    if (offline) throw store.wasDamaged(sha256) ? damagedOffline(request) : notOffline(request)
    const maximumSize = size ?? request.maximumSize
    return download({ signal, ...request, ...settings, expected: { sha256, size }, maximumSize })
  }

  return {
    fetchBlob(request) {
      const pending = underWay.get(request.sha256)
      if (pending !== undefined) return pending
      const started = findOrDownload(request).finally(() => underWay.delete(request.sha256))
      underWay.set(request.sha256, started)
      return started
    },

    async fetchUnlocked(request) {
      if (offline) throw notOffline(request)
      const { size, maximumSize } = request
      const most = Math.min(size ?? maximumSize, maximumSize)
      return download({ signal, ...request, ...settings, expected: { size }, maximumSize: most })
    },
  }
}

function notOffline({ label, source, path }: FetchRequest): PipelineError {
  return new PipelineError(
    'OFFLINE',
    `${label} is not in the cache, and --offline forbids ${source.name}/${path}`,
    {
      hint: 'Run the same command once without --offline.',
    },
  )
}

function damagedOffline({ label }: FetchRequest): PipelineError {
  return new PipelineError(
    'CHECKSUM_MISMATCH',
    `${label} was damaged in the cache, and --offline forbids another`,
    {
      hint: 'Run the same command once without --offline.',
    },
  )
}
