export interface KubernetesVersion {
  readonly major: number
  readonly minor: number
  readonly patch: number
}

/** Parses `1.36.5`, `v1.36.5` and apk's `1.36.5-r2` or `1.36.5_rc1-r0`; undefined for anything else. */
export function parseKubernetesVersion(text: string): KubernetesVersion | undefined {
  const [, major, minor, patch] = /^v?(\d{1,6})\.(\d{1,6})\.(\d{1,6})(?:[_-].*)?$/.exec(text) ?? []
  if (major === undefined || minor === undefined || patch === undefined) return undefined
  return { major: Number(major), minor: Number(minor), patch: Number(patch) }
}

/** How many minor versions `a` is newer than `b`; infinitely many across major versions. */
export function minorsAhead(a: KubernetesVersion, b: KubernetesVersion): number {
  return a.major === b.major ? a.minor - b.minor : (a.major - b.major) * Number.POSITIVE_INFINITY
}
