import { join } from 'node:path'
import { isKaweezleError, KaweezleError } from '../errors.ts'
import { checkEntry, entryFolder, removeEntry, writeEntry } from './cache-entry.ts'
import { download } from './download.ts'
import { lockEntry } from './entry-lock.ts'
import { assetHeaders, type GitHubOptions } from './github-source.ts'
import { hashFile } from './hash-file.ts'
import { openPartial } from './partial-file.ts'
import type { Release } from './release.ts'
import { openWeb, type WebOptions } from './web.ts'

export interface FetchOptions extends WebOptions {
  readonly cacheFolder: string
  /** As it was given to {@link findRelease}. */
  readonly github?: GitHubOptions | undefined
  readonly offline?: boolean | undefined
}

/** A rootfs on the disk, whose size and digest are those of its release. */
export interface FetchedRootfs {
  readonly path: string
  readonly sha256: string
  /** Bytes. */
  readonly size: number
}

/**
 * Brings the rootfs of a release into the cache, or finds it there. A local one stays where it is. Only one process
 * at a time downloads it; the others wait and find it.
 * @throws KaweezleError `CHECKSUM_MISMATCH` with nothing left of it in the cache; `SOURCE_UNREACHABLE`,
 *   `SOURCE_MISSING`, `RATE_LIMITED`, `DISK_FULL`, `INTERRUPTED` with what the next try goes on from; `OFFLINE`,
 *   `FILE_FAILED`, `USAGE`
 */
export async function fetchRootfs(release: Release, options: FetchOptions): Promise<FetchedRootfs> {
  const { name, size, sha256, location } = release.rootfs
  if (location.kind === 'local') return checkLocal(release, location.path)
  const { cacheFolder, signal, onEvent = () => {} } = options
  const folder = entryFolder(cacheFolder, sha256)
  const onWait = () => onEvent({ type: 'waiting', label: name })
  using _lock = await lockEntry(cacheFolder, sha256, { signal, onWait })
  const condition = await checkEntry(folder, release)
  if (condition === 'damaged') {
    onEvent({ type: 'damaged', label: name, path: join(folder, name) })
    await removeEntry(folder)
  }
  if (condition !== 'whole') await downloadEntry(folder, release, options)
  onEvent({ type: 'done', label: name, bytes: size, from: condition === 'whole' ? 'cache' : 'source' })
  return { path: join(folder, name), sha256, size }
}

async function downloadEntry(folder: string, release: Release, options: FetchOptions): Promise<void> {
  const { name: label, size, sha256, location } = release.rootfs
  if (location.kind !== 'remote' || options.offline === true) throw notOffline(release)
  const url = new URL(location.url)
  const headers = location.isApi ? assetHeaders(url, options.github ?? {}) : {}
  await using web = await openWeb(options)
  const partial = await openPartial(join(folder, label), size)
  try {
    await download(web, { url, headers, label, size, sha256 }, partial)
    await partial.commit()
  } catch (error) {
    await partial.close()
    if (partial.size === 0 || isKaweezleError(error, 'CHECKSUM_MISMATCH')) await removeEntry(folder)
    throw error
  }
  await writeEntry(folder, release)
}

async function checkLocal(release: Release, path: string): Promise<FetchedRootfs> {
  const { size, sha256 } = release.rootfs
  const found = await hashFile(path)
  if (found === undefined) {
    throw new KaweezleError('SOURCE_MISSING', `${path} does not exist`, {
      hint: 'Give the path of a release.',
    })
  }
  if (found.sha256 === sha256 && found.size === size) return { path, sha256, size }
  throw new KaweezleError(
    'CHECKSUM_MISMATCH',
    `${path} is not the rootfs of its release: it has sha256 ${found.sha256}`,
    {
      hint: 'Build or download it again.',
    },
  )
}

function notOffline({ version, rootfs }: Release): KaweezleError {
  return new KaweezleError('OFFLINE', `the cache does not have ${rootfs.name} of ${version} whole`, {
    hint: 'Run the same command without --offline.',
  })
}
