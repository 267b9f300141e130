import { isDeepStrictEqual } from 'node:util'
import { compareVersions } from '../apk/version.ts'
import { type Architecture, architectures } from '../architecture.ts'
import type { ArchitectureLock, LockedBase, LockedPackage, PackagesLock } from './schema.ts'

/** What became of a package. `rebuilt`: other bytes under the same version; `moved`: to another repository. */
export type PackageChange =
  | { readonly kind: 'new'; readonly to: LockedPackage }
  | { readonly kind: 'gone'; readonly from: LockedPackage }
  | {
      readonly kind: 'up' | 'down' | 'rebuilt' | 'moved'
      readonly from: LockedPackage
      readonly to: LockedPackage
    }

export interface ArchitectureDiff {
  readonly architecture: Architecture
  readonly base?: { readonly from: LockedBase | undefined; readonly to: LockedBase | undefined }
  readonly packages: readonly PackageChange[]
  /** Something else differs: the recipe's digest, apk's version, the order, or why a package is there. */
  readonly otherwise: boolean
}

/** What moves from one lock to the next, for each architecture in which anything does. Packages are in name order. */
export function diffPackagesLock(
  from: PackagesLock | undefined,
  to: PackagesLock,
): readonly ArchitectureDiff[] {
  return architectures.flatMap((architecture) => {
    const old = from?.architectures[architecture]
    const next = to.architectures[architecture]
    if (isDeepStrictEqual(old, next)) return []
    return [diffArchitecture(architecture, old, next)]
  })
}

function diffArchitecture(
  architecture: Architecture,
  from: ArchitectureLock | undefined,
  to: ArchitectureLock | undefined,
): ArchitectureDiff {
  const packages = diffPackages(from?.packages ?? [], to?.packages ?? [])
  const baseMoved = from?.base.sha256 !== to?.base.sha256 || from?.base.file !== to?.base.file
  return {
    architecture,
    ...(baseMoved && { base: { from: from?.base, to: to?.base } }),
    packages,
    otherwise: !baseMoved && packages.length === 0,
  }
}

function diffPackages(from: readonly LockedPackage[], to: readonly LockedPackage[]): PackageChange[] {
  const old = new Map(from.map((one) => [one.name, one]))
  const next = new Map(to.map((one) => [one.name, one]))
  return [...new Set([...old.keys(), ...next.keys()])]
    .toSorted()
    .flatMap((name) => changeOf(old.get(name), next.get(name)) ?? [])
}

function changeOf(from: LockedPackage | undefined, to: LockedPackage | undefined): PackageChange | undefined {
  if (to === undefined) return from && { kind: 'gone', from }
  if (from === undefined) return { kind: 'new', to }
  const order = compareVersions(from.version, to.version)
  if (order !== 0) return { kind: order < 0 ? 'up' : 'down', from, to }
  // Versions that apk takes for equal can be written differently: 1 and 01.
  if (from.version !== to.version || from.sha256 !== to.sha256) return { kind: 'rebuilt', from, to }
  return from.repository === to.repository ? undefined : { kind: 'moved', from, to }
}
