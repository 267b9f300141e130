import { KaweezleError } from '../errors.ts'
import { bytesText } from '../output/units.ts'
import type { Provider } from '../providers/provider.ts'
import type { Release } from '../releases/release.ts'
import type { CommandContext } from './command.ts'

/** Bytes beyond what is counted: logs, images that a new release pulls, the file system's own. */
const margin = 512 * 1024 ** 2

export interface SpaceNeed {
  readonly provider: Provider
  readonly release: Release
  /** What a copy of the data takes. */
  readonly dataBytes: number
}

/**
 * Sees to it that a release fits before anything is fetched or changed.
 * @throws KaweezleError `DISK_FULL`
 */
export async function assertSpace(
  { world }: CommandContext,
  { provider, release, dataBytes }: SpaceNeed,
): Promise<void> {
  const { rootfs, manifest } = release
  const download = await downloadBytes(world, release)
  const cacheFree = await world.freeBytes(world.folders.cache)
  if (cacheFree !== undefined && cacheFree < download) throw tooFull(world.folders.cache, download, cacheFree)
  const unpacked = manifest.files.rootfs.unpackedSize
  await assertRoom(provider, unpacked + dataBytes, `for ${rootfs.name} unpacked and a copy of the data`)
}

/**
 * Sees to it that a provider has room for so many bytes, and some more.
 * @throws KaweezleError `DISK_FULL`
 */
export async function assertRoom(provider: Provider, bytes: number, purpose: string): Promise<void> {
  const needed = bytes + margin
  const free = await provider.freeBytes()
  if (free !== undefined && free < needed) throw tooFull(`${provider.name}, ${purpose}`, needed, free)
}

async function downloadBytes(world: CommandContext['world'], { rootfs }: Release): Promise<number> {
  if (rootfs.location.kind !== 'remote') return 0
  const isThere = (await world.releases.cached()).some(({ sha256 }) => sha256 === rootfs.sha256)
  return isThere ? 0 : rootfs.size
}

function tooFull(where: string, needed: number, free: number): KaweezleError {
  return new KaweezleError(
    'DISK_FULL',
    `${where}: ${bytesText(needed)} are needed, and ${bytesText(free)} are free`,
    { hint: 'Make room, and run the same command again.' },
  )
}

/** Bytes that a running machine's data take; undefined where it does not say. */
export async function dataUsage(
  provider: Provider,
  name: string,
): Promise<{ readonly used: number; readonly free: number } | undefined> {
  const data = '/var/lib/kaweezle'
  const df = await provider.exec(name, ['df', '-Pk', data], { timeLimit: 30_000 })
  const du = await provider.exec(name, ['du', '-sxk', data], { timeLimit: 120_000 })
  const free = Number(df.stdout.trim().split('\n').at(-1)?.split(/\s+/)[3])
  const used = Number(du.stdout.trim().split('\n').at(-1)?.split(/\s+/)[0])
  if (!Number.isFinite(free) || !Number.isFinite(used) || du.stdout.trim() === '') return undefined
  return { used: used * 1024, free: free * 1024 }
}
