import type { ArchitectureDiff, PackageChange } from './diff.ts'
import type { LockedBase } from './schema.ts'

const kinds = ['new', 'up', 'down', 'rebuilt', 'moved', 'gone'] as const

/** A lock's diff for people: a line for each thing that moves, then the sums. Ends with a line feed. */
export function renderLockDiff(diff: readonly ArchitectureDiff[]): string {
  if (diff.length === 0) return 'Nothing moves.\n'
  return diff.map(renderArchitecture).join('')
}

function renderArchitecture({ architecture, base, packages, otherwise }: ArchitectureDiff): string {
  const width = Math.max(0, ...packages.map((change) => nameOf(change).length))
  const lines = [
    `${architecture}: ${summary(packages)}`,
    ...(base === undefined ? [] : [`  base     ${baseName(base.from)} -> ${baseName(base.to)}`]),
    ...packages.map(
      (change) => `  ${change.kind.padEnd(8)} ${nameOf(change).padEnd(width)}  ${detail(change)}`,
    ),
    ...(otherwise ? ["  only the recipe's digest, apk's version, the order or the reasons differ"] : []),
  ]
  return `${lines.join('\n')}\n`
}

function summary(packages: readonly PackageChange[]): string {
  const parts = kinds.flatMap((kind) => {
    const count = packages.filter((change) => change.kind === kind).length
    return count === 0 ? [] : [`${count} ${kind}`]
  })
  return parts.length === 0 ? 'no package moves' : parts.join(', ')
}

function nameOf(change: PackageChange): string {
  return 'to' in change ? change.to.name : change.from.name
}

function detail(change: PackageChange): string {
  switch (change.kind) {
    case 'new':
      return `${change.to.version} (${change.to.why})`
    case 'gone':
      return change.from.version
    case 'rebuilt':
      return `${change.to.version}, other bytes: ${change.from.sha256.slice(0, 12)} -> ${change.to.sha256.slice(0, 12)}`
    case 'moved':
      return `${change.from.repository} -> ${change.to.repository}`
    default:
      return `${change.from.version} -> ${change.to.version}`
  }
}

/** The digest is part of it where the version alone would not show the change. */
function baseName(base: LockedBase | undefined): string {
  return base === undefined ? 'none' : `${base.version} (${base.sha256.slice(0, 12)})`
}
