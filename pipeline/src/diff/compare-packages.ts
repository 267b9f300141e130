import { compareVersions } from '../apk/version.ts'
import type { RootfsManifest } from '../describe/manifest.ts'
import { pairs } from './pairs.ts'
import type { PackageDifference } from './schema.ts'
import { shown } from './shown.ts'

type Package = RootfsManifest['packages'][number]

/** What became of each package, by name. */
export function comparePackages(old: readonly Package[], next: readonly Package[]): PackageDifference[] {
  return pairs(old, next, ({ name }) => name).flatMap(([name, before, after]) => {
    const change = changeOf(before, after)
    if (change === undefined) return []
    return [{ name: shown(name), change, old: stateOf(before), new: stateOf(after) }]
  })
}

function changeOf(
  before: Package | undefined,
  after: Package | undefined,
): PackageDifference['change'] | undefined {
  if (before === undefined) return 'new'
  if (after === undefined) return 'gone'
  const order = compareVersions(before.version, after.version)
  if (order !== 0) return order < 0 ? 'up' : 'down'
  // Versions that apk takes for equal can be written differently: 1 and 01.
  const isSame = before.version === after.version && before.checksum === after.checksum
  if (!isSame || before.architecture !== after.architecture) return 'rebuilt'
  return before.from === after.from ? undefined : 'moved'
}

function stateOf(one: Package | undefined): PackageDifference['old'] {
  if (one === undefined) return null
  const { version, from, size, installedSize } = one
  return { version: shown(version), from: shown(from), size, installedSize }
}
