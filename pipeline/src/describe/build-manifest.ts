import type { IndexPackage } from '../apk/index.ts'
import type { ArchitectureLock, LockedPackage } from '../locks/schema.ts'
import { isoDate, type RootfsManifest } from './manifest.ts'

/** A package of apk's database (`lib/apk/db/installed`). */
export type InstalledPackage = Pick<
  IndexPackage,
  'name' | 'version' | 'architecture' | 'size' | 'installedSize' | 'checksum'
>

export interface ManifestInputs
  extends Pick<
    RootfsManifest,
    'name' | 'version' | 'architecture' | 'files' | 'preload' | 'images' | 'manifests' | 'agent'
  > {
  /** Seconds since 1970. */
  readonly sourceDate: number
  readonly repositories: readonly { readonly location: string; readonly tag?: string | undefined }[]
  readonly lock: ArchitectureLock
  /** All packages of the finished rootfs, those of the base included, in any order. */
  readonly installed: readonly InstalledPackage[]
  readonly tools: Pick<RootfsManifest['tools'], 'node' | 'compressor'>
}

/**
 * What a rootfs is and what it was made of.
 * Throws a plain error when a locked package is not installed as locked: `verify` should have found that.
 */
export function buildManifest(inputs: ManifestInputs): RootfsManifest {
  const { name, version, architecture, sourceDate, repositories, lock, files, tools } = inputs
  const { preload, images, manifests, agent } = inputs
  return {
    schema: 2,
    name,
    version,
    architecture,
    sourceDate: { epoch: sourceDate, iso: isoDate(sourceDate) },
    base: lock.base,
    repositories: repositories.map(({ location, tag }) =>
      tag === undefined ? { location } : { location, tag },
    ),
    packages: describePackages(inputs.installed, [...lock.packages, ...agentPackages(inputs)]),
    preload,
    images: images.toSorted(byName),
    manifests: manifests.toSorted(byName),
    agent,
    files,
    tools: { ...tools, apk: lock.apk },
  }
}

/** Those that are in the rootfs: a subpackage may be waiting for something that is not. */
function agentPackages({ agent, installed }: ManifestInputs): Source[] {
  const names = new Set(installed.map(({ name }) => name))
  const own = agent?.packages.filter(({ name }) => names.has(name)) ?? []
  return own.map(({ name, checksum, sha256 }) => ({ name, checksum, sha256, repository: 'agent' }))
}

type Source = Pick<LockedPackage, 'name' | 'checksum' | 'sha256' | 'repository'>

function describePackages(
  installed: readonly InstalledPackage[],
  locked: readonly Source[],
): RootfsManifest['packages'] {
  const locks = new Map(locked.map((one) => [one.name, one]))
  const described = installed
    .toSorted(byName)
    .map(({ name, version, architecture, size, installedSize, checksum }) => {
      const lock = locks.get(name)
      locks.delete(name)
      if (lock !== undefined && lock.checksum !== checksum)
        throw new Error(`${name} is installed as ${checksum}, but locked as ${lock.checksum}`)
      const source = lock === undefined ? { from: 'base' } : { from: lock.repository, sha256: lock.sha256 }
      return { name, version, architecture, size, installedSize, checksum, ...source }
    })
  if (locks.size > 0) throw new Error(`locked, but not installed: ${[...locks.keys()].join(', ')}`)
  return described
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1
}
