import { join } from 'node:path'
import type { Architecture } from '@kaweezle/release-format/architecture.ts'
import { releaseFiles } from '@kaweezle/release-format/release-files.ts'
import { entryFolder, entryNames, readRecord, removeEntry } from './cache-entry.ts'
import { tryLockEntry } from './entry-lock.ts'

/** A release whose rootfs is in the cache. It is checked again before it is used. */
export interface CachedRelease {
  readonly version: string
  readonly tag: string | undefined
  readonly origin: string
  readonly architecture: Architecture
  /** Of the rootfs. */
  readonly sha256: string
  /** Bytes. */
  readonly size: number
  readonly path: string
}

/** The releases that were downloaded whole, by digest. @throws KaweezleError `FILE_FAILED` */
export async function cachedReleases(cacheFolder: string): Promise<CachedRelease[]> {
  const found: CachedRelease[] = []
  for (const sha256 of await entryNames(cacheFolder)) {
    const folder = entryFolder(cacheFolder, sha256)
    const record = await readRecord(folder)
    if (record === undefined) continue
    const { version, tag, origin, architecture, stamp } = record
    const path = join(folder, releaseFiles(architecture).rootfs)
    found.push({ version, tag, origin, architecture, sha256, size: Number(stamp.size), path })
  }
  return found
}

/**
 * Removes what the cache holds, downloads that were begun included, but for the rootfs whose digests `keep` names and
 * for those that another process works on.
 * @returns the digests of what was removed
 * @throws KaweezleError `FILE_FAILED`
 */
export async function pruneCache(cacheFolder: string, keep: readonly string[]): Promise<string[]> {
  const removed: string[] = []
  for (const sha256 of await entryNames(cacheFolder)) {
    if (keep.includes(sha256)) continue
    using lock = await tryLockEntry(cacheFolder, sha256)
    if (lock === undefined) continue
    await removeEntry(entryFolder(cacheFolder, sha256))
    removed.push(sha256)
  }
  return removed
}
