import type { Sha256 } from '../digest.ts'
import { assertDescription, type PackageDescription } from './description.ts'

/** What is known once the data member is there. */
export interface DataFacts {
  readonly dataHash: Sha256
  /** Bytes of all files. */
  readonly installedSize: number
}

/**
 * Writes `.PKGINFO` (apk v2) in abuild's order, which `parseInfo` reads. What is absent or empty is left out;
 * `install_if` and `triggers` are one line each, since of several lines apk knows only the last.
 * @throws PipelineError `PACKAGE_INVALID`.
 */
export function formatInfo(description: PackageDescription, { dataHash, installedSize }: DataFacts): string {
  assertDescription(description)
  const { conflicts = [], depends = [], provides = [], replaces = [] } = description
  const { installIf = [], triggers = [] } = description
  const fields: [key: string, values: readonly (string | number | undefined)[]][] = [
    ['pkgname', [description.name]],
    ['pkgver', [description.version]],
    ['pkgdesc', [description.description]],
    ['url', [description.url]],
    ['builddate', [description.buildDate]],
    ['packager', [description.packager]],
    // With 0 apk takes the package for a virtual one, and neither fetches it nor runs its scripts.
    ['size', [Math.max(1, installedSize)]],
    ['arch', [description.architecture]],
    ['origin', [description.origin]],
    ['commit', [description.commit]],
    ['maintainer', [description.maintainer]],
    ['replaces_priority', [description.replacesPriority]],
    ['provider_priority', [description.providerPriority]],
    ['license', [description.license]],
    ['replaces', replaces],
    ['depend', [...depends, ...conflicts.map((atom) => `!${atom}`)]],
    ['provides', provides],
    ['triggers', [triggers.join(' ')]],
    ['install_if', [installIf.join(' ')]],
    ['datahash', [dataHash]],
  ]
  return fields
    .flatMap(([key, values]) => values.map((value) => [key, value ?? ''] as const))
    .filter(([, value]) => value !== '')
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('')
}
