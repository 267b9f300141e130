import { join } from 'node:path'
import { releaseFiles } from '@kaweezle/release-format/release-files.ts'
import type { Architecture } from '../../architecture.ts'
import { compareRootfs } from '../../diff/compare.ts'
import type { SideFiles } from '../../diff/find-side.ts'
import { markdownCode } from '../../diff/markdown-code.ts'
import { type ReadOptions, readSide } from '../../diff/read-side.ts'
import { renderMarkdown } from '../../diff/render-markdown.ts'
import { type ErrorCode, isPipelineError } from '../../errors.ts'
import { createFetcher, type Fetcher } from '../../fetch/fetch.ts'
import type { Progress } from '../../progress.ts'
import { acquireBuildLock } from '../../store/build-lock.ts'
import { defaultCacheFolder } from '../../store/default-cache-folder.ts'
import { openStore, type Store } from '../../store/store.ts'
import type { Api } from '../ask.ts'
import { askRepeatedly } from '../patience.ts'
import type { PublishedRelease } from './choose-former.ts'
import { type FormerFiles, openFormer } from './fetch-former.ts'
import type { Changes } from './fit-notes.ts'

export interface ComparisonOptions {
  /** Absolute path of what builds wrote. */
  readonly folder: string
  readonly architectures: readonly Architecture[]
  /** Where downloads are kept; undefined: the user's cache folder. */
  readonly cache: string | undefined
  readonly progress: Required<Progress>
}

/**
 * What changed since a former release, for each architecture: both root filesystems are read. Where that cannot be
 * told, the text says why: no release fails for that.
 * @throws PipelineError `INTERRUPTED`
 */
export async function compareWithFormer(
  api: Api,
  former: PublishedRelease,
  { folder, architectures, cache, progress }: ComparisonOptions,
): Promise<Changes[]> {
  const { signal } = api
  const opened = await attempt(() => open(api, former, { cache, progress }), progress)
  if ('reason' in opened)
    return architectures
      .slice(0, 1)
      .map((architecture) => ({ architecture, text: untold(former, opened.reason) }))
  using _ = opened.value.lock
  const changes: Changes[] = []
  for (const architecture of architectures) {
    const compared = await attempt(async () => {
      const old = await opened.value.files.fetch(architecture)
      progress.line(`comparing with ${former.tag}, ${architecture}`)
      return compare(old, sideIn(folder, architecture), { progress, signal })
    }, progress)
    changes.push({
      architecture,
      text: 'reason' in compared ? untold(former, compared.reason) : compared.value,
    })
  }
  return changes
}

/** The lock keeps builds from the store, which the files are fetched into. */
async function open(
  api: Api,
  former: PublishedRelease,
  { cache, progress }: Pick<ComparisonOptions, 'cache' | 'progress'>,
): Promise<{ lock: Disposable; files: FormerFiles }> {
  const { limits, signal } = api
  const place = cache ?? defaultCacheFolder(process.env, process.platform)
  const onWait = () => progress.line(`waiting for a build to leave ${place}`)
  const lock = await acquireBuildLock(place, { signal, onWait })
  try {
    const fetcher = fetcherInto(await openStore(place), api, progress)
    const patience = { limits, signal, onLine: progress.line }
    return { lock, files: await askRepeatedly(patience, () => openFormer(api, former, fetcher)) }
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}

async function compare(old: SideFiles, next: SideFiles, options: ReadOptions): Promise<string> {
  const before = await readSide(old, options)
  return renderMarkdown(compareRootfs(before, await readSide(next, options)), { verbose: false })
}

function sideIn(folder: string, architecture: Architecture): SideFiles {
  const { manifest, rootfs } = releaseFiles(architecture)
  return { manifest: join(folder, manifest), rootfs: join(folder, rootfs) }
}

function fetcherInto(store: Store, { signal, limits }: Api, progress: Required<Progress>): Fetcher {
  const { tries, backoff, answer, idle } = limits
  return createFetcher({
    store,
    signal,
    limits: { tries, backoff, headers: answer, idle },
    onEvent(event) {
      if (event.type === 'started') progress.line(`downloading ${event.label}`)
      else if (event.type === 'progress') progress.bytes(event.bytes, event.size)
      else if (event.type === 'retrying') progress.line(`${event.label}: ${event.reason}`)
    },
  })
}

/** The value, or why there is none. */
async function attempt<T>(
  act: () => Promise<T>,
  progress: Required<Progress>,
): Promise<{ value: T } | { reason: string }> {
  try {
    return { value: await act() }
  } catch (error) {
    if (!isPipelineError(error) || error.code === 'INTERRUPTED') throw error
    progress.line(`nothing is compared: ${error.message}`)
    return { reason: reasons[error.code] ?? 'there was no place for a copy of it' }
  }
}

/** For all to read, so without what a message may tell of this machine. */
const reasons: Partial<Record<ErrorCode, string>> = {
  SOURCE_MISSING: 'its files are not all there',
  SOURCE_UNREACHABLE: 'it could not be downloaded',
  RELEASE_REFUSED: 'it could not be downloaded',
  CHECKSUM_MISMATCH: 'its files are damaged',
  ARCHIVE_INVALID: 'its files cannot be compared with these',
}

function untold({ tag }: PublishedRelease, reason: string): string {
  return `What changed since ${markdownCode(tag)} is not told here: ${reason}.`
}
