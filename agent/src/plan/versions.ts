/** A version of Kubernetes: `1.36.5`, without a leading `v`. */
interface Version {
  readonly major: number
  readonly minor: number
  readonly patch: number
}

/** Negative where `a` is older than `b`, 0 where they are the same. A text that is no version is older than all. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)]
  return left.major - right.major || left.minor - right.minor || left.patch - right.patch
}

/** By how many minor versions `to` is newer than `from`; another major version is infinitely far. */
export function minorsBetween(from: string, to: string): number {
  const [left, right] = [parseVersion(from), parseVersion(to)]
  if (left.major !== right.major) return right.major > left.major ? Infinity : -Infinity
  return right.minor - left.minor
}

/** The newest of some versions; undefined of none. */
export function newestVersion(versions: readonly string[]): string | undefined {
  return versions.toSorted(compareVersions).at(-1)
}

function parseVersion(text: string): Version {
  const [, major = -1, minor = -1, patch = -1] = /^(\d+)\.(\d+)\.(\d+)/.exec(text) ?? []
  return { major: Number(major), minor: Number(minor), patch: Number(patch) }
}
