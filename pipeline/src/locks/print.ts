import { architectures } from '../architecture.ts'
import type { ArchitectureLock, LockedBase, LockedPackage, PackagesLock } from './schema.ts'
import { flow, quote } from './vocabulary.ts'

const header = `# What a build consists of, byte for byte. Written by \`npm run lock\`; do not edit.
# One line for each package, in the order of installation.
`

/** The one text of a lock. Reading it with `parsePackagesLock` gives the lock again. */
export function printPackagesLock(lock: PackagesLock): string {
  const parts = architectures.flatMap((name) => {
    const one = lock.architectures[name]
    return one === undefined ? [] : [`  ${name}:\n${printArchitecture(one)}`]
  })
  return `${header}version: ${lock.version}\narchitectures:${parts.length === 0 ? ' {}\n' : `\n${parts.join('')}`}`
}

function printArchitecture({ recipe, base, apk, packages }: ArchitectureLock): string {
  const { release, version, file, size, sha256 }: LockedBase = base
  const lines = [
    `    recipe: ${quote(recipe)}`,
    `    base: ${flow({ release, version, file, size, sha256 })}`,
    `    apk: ${quote(apk)}`,
    packages.length === 0 ? '    packages: []' : '    packages:',
    ...packages.map((one) => `      - ${printPackage(one)}`),
  ]
  return `${lines.join('\n')}\n`
}

function printPackage({ name, version, repository, size, checksum, sha256, why }: LockedPackage): string {
  return flow({ name, version, repository, size, checksum, sha256, why })
}
