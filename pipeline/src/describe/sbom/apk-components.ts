import type { InstalledPackage } from '../../apk/installed.ts'
import { nameOf } from '../../apk/reasons.ts'
import { publicAddress } from '../../locks/location.ts'
import type { RootfsManifest } from '../manifest.ts'
import { type Component, componentId, type Relation } from './bill.ts'
import { apkPurl } from './purl.ts'

/** What apk's database says of a package. */
export type DescribedPackage = Pick<
  InstalledPackage,
  'name' | 'description' | 'url' | 'license' | 'origin' | 'maintainer' | 'commit' | 'depends' | 'provides'
>

/** The id of an installed package's component. */
export function apkId({ name }: { readonly name: string }): string {
  return componentId('apk', name)
}

/** A component for each package of `manifest`, which is where `installed` comes from, too. */
export function apkComponents(manifest: RootfsManifest, installed: readonly DescribedPackage[]): Component[] {
  const described = new Map(installed.map((one) => [one.name, one]))
  return manifest.packages.map((one): Component => {
    const { name, version, from, sha256 } = one
    const about = described.get(name)
    if (about === undefined) throw new Error(`${name} is in the manifest, and not installed`)
    const { origin, commit } = about
    const isAlpines = from !== 'agent' && !/^https?:/.test(from)
    return {
      id: apkId(one),
      kind: 'apk',
      name,
      version,
      purls: [apkPurl({ ...one, origin }, manifest.base.version)],
      license: about.license,
      hashes: { sha256 },
      download: downloadOf(manifest, one),
      homepage: about.url,
      description: about.description,
      supplier: isAlpines ? 'Alpine Linux' : undefined,
      maintainer: about.maintainer,
      facts: {
        // The SHA-1 in it is of the package's control member, and so no checksum of the file.
        'apk:identity': one.checksum,
        'apk:origin': origin,
        'apk:commit': commit,
        'apk:from': from,
        size: one.size,
        'installed-size': one.installedSize,
      },
    }
  })
}

/** Undefined for the base's own, which came inside it, and for the agent's, which are beside the rootfs. */
function downloadOf(
  { architecture }: RootfsManifest,
  { name, version, from }: RootfsManifest['packages'][number],
): string | undefined {
  if (from === 'base' || from === 'agent') return undefined
  return `${publicAddress(from)}/${architecture}/${name}-${version}.apk`
}

/**
 * Which packages need which: for each dependency the package of that name, or all that provide it. Versions do not
 * count: apk has chosen.
 */
export function apkRelations(installed: readonly DescribedPackage[]): Relation[] {
  const providers = new Map<string, DescribedPackage[]>()
  for (const one of installed) {
    for (const provided of new Set(one.provides.map(nameOf)))
      providers.set(provided, [...(providers.get(provided) ?? []), one])
  }
  for (const one of installed) providers.set(one.name, [one])
  return installed.flatMap((one) => {
    const needed = new Set(one.depends.flatMap((atom) => providers.get(nameOf(atom)) ?? []))
    needed.delete(one)
    return [...needed].map((other): Relation => ({ from: apkId(one), kind: 'needs', to: apkId(other) }))
  })
}
