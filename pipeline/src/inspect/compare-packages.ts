import type { InstalledPackage } from '../apk/installed.ts'
import type { RootfsManifest } from '../describe/manifest.ts'

const facts = ['version', 'architecture', 'checksum', 'size', 'installedSize'] as const

/** A line for every package that the manifest lists and apk's database does not, or not like that; and the reverse. */
export function comparePackages(
  listed: RootfsManifest['packages'],
  installed: readonly InstalledPackage[],
): string[] {
  const found = Map.groupBy(installed, ({ name }) => name)
  const wanted = Map.groupBy(listed, ({ name }) => name)
  return [
    ...[...wanted].filter(([, all]) => all.length > 1).map(([name]) => `${name} is in the manifest twice`),
    ...[...found].filter(([, all]) => all.length > 1).map(([name]) => `${name} is in apk's database twice`),
    ...listed.flatMap((one) => {
      const [other] = found.get(one.name) ?? []
      if (other === undefined) return [`${one.name} is in the manifest, but not installed`]
      return facts
        .filter((fact) => one[fact] !== other[fact])
        .map(
          (fact) => `${one.name} has the ${words[fact]} ${other[fact]}, not ${one[fact]} as in the manifest`,
        )
    }),
    ...[...found.keys()]
      .filter((name) => !wanted.has(name))
      .map((name) => `${name} is installed, but not in the manifest`),
  ]
}

const words: Readonly<Record<(typeof facts)[number], string>> = {
  version: 'version',
  architecture: 'architecture',
  checksum: 'checksum',
  size: 'size',
  installedSize: 'installed size',
}
