import type { InstalledPackage } from '../apk/installed.ts'
import type { Change } from '../apk/resolution.ts'
import { PipelineError } from '../errors.ts'
import type { ArchitectureLock } from './schema.ts'

type Identity = Pick<InstalledPackage, 'name' | 'version' | 'checksum'>

/**
 * Holds what `apk` did against the lock: the same packages in the same order, since the order decides which
 * numbers package scripts give to users.
 * @throws PipelineError `LOCK_MISMATCH` naming the first difference.
 */
export function assertInstallOrder({ packages }: ArchitectureLock, changes: readonly Change[]): void {
  for (let index = 0; index < Math.max(packages.length, changes.length); index += 1) {
    const [locked, change] = [packages[index], changes[index]]
    if (locked?.name === change?.name && locked?.version === change?.version) continue
    const wanted = locked === undefined ? 'nothing more' : `${locked.name} ${locked.version}`
    const done = change === undefined ? 'nothing more' : `${change.action} ${change.name} ${change.version}`
    throw lockMismatch([`step ${index + 1}: the lock has ${wanted}, apk has ${done}`])
  }
}

/**
 * Holds apk's database against the lock: every locked package is there with its identity, and everything else is
 * as the base brought it. `packages` are those of the lock, and those that are built from source.
 * @throws PipelineError `LOCK_MISMATCH` naming all that differs.
 */
export function assertInstalled(
  { packages }: { readonly packages: readonly Identity[] },
  { installed, base }: { installed: readonly Identity[]; base: readonly Identity[] },
): void {
  const expected = new Map<string, Identity>([...base, ...packages].map((one) => [one.name, one]))
  const differences = installed.flatMap(({ name, version, checksum }) => {
    const wanted = expected.get(name)
    expected.delete(name)
    if (wanted === undefined) return [`${name} ${version} is installed and neither locked nor in the base`]
    if (wanted.version === version && wanted.checksum === checksum) return []
    return [`${name} is ${version} (${checksum}), not ${wanted.version} (${wanted.checksum})`]
  })
  const missing = [...expected.values()].map(({ name, version }) => `${name} ${version} is missing`)
  if (differences.length + missing.length > 0) throw lockMismatch([...differences, ...missing])
}

/** The error for an installation that is not what the lock says, with one line for each difference. */
export function lockMismatch(differences: readonly string[]): PipelineError {
  return new PipelineError(
    'LOCK_MISMATCH',
    `the installation is not what the lock says:\n  ${differences.join('\n  ')}`,
    {
      hint: 'Run `npm run lock` for this recipe, look at what moves, and commit the lock.',
    },
  )
}
