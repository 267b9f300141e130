import type { ApkChecksum, Sha256 } from '../../src/digest.ts'
import type { ArchitectureLock, LockedPackage, PackagesLock } from '../../src/locks/schema.ts'

/** Builders of locks for tests: plausible, and different where they are told to be. */

export function hex(digit: string): Sha256 {
  return digit.repeat(64) as Sha256
}

export function aPackage(name: string, changes: Partial<LockedPackage> = {}): LockedPackage {
  return {
    name,
    version: '1.2.3-r4',
    repository: 'v3.24/main',
    size: 5678,
    checksum: `Q1${'A'.repeat(27)}=` as ApkChecksum,
    sha256: hex('b'),
    why: 'asked for',
    ...changes,
  }
}

export function anArchitecture(packages: readonly LockedPackage[] = [aPackage('openrc')]): ArchitectureLock {
  return {
    recipe: hex('1'),
    base: {
      release: 'v3.24',
      version: '3.24.2',
      file: 'v3.24/releases/x86_64/alpine-minirootfs-3.24.2-x86_64.tar.gz',
      size: 3701382,
      sha256: hex('a'),
    },
    apk: '3.0.6-r0',
    packages: [...packages],
  }
}

/** A lock of x86_64 only. */
export function aLock(...packages: readonly LockedPackage[]): PackagesLock {
  return {
    version: 1,
    architectures: { x86_64: anArchitecture(packages.length === 0 ? undefined : packages) },
  }
}
