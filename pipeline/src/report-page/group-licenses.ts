import type { PackedBytes } from '../packed-bytes.ts'
import type { Report } from '../report/report.ts'
import { addBytes, noBytes } from '../report/sum-sizes.ts'

export interface LicenseGroup {
  /** As packages have it. */
  readonly license: string
  /** `name version`, those of npm with a word about that. */
  readonly members: readonly string[]
  /** Of the packages of apk. */
  readonly bytes: PackedBytes
}

/** What is under which licence, those of most packages first. */
export function groupLicenses({ packages, bundled }: Report): LicenseGroup[] {
  const all = [
    ...packages.map(({ name, version, license, bytes }) => ({
      member: `${name} ${version}`,
      license,
      bytes,
    })),
    ...bundled.map(({ name, version, license }) => ({
      member: `${name} ${version} (npm, in the agent)`,
      license,
      bytes: noBytes,
    })),
  ]
  const byLicense = Map.groupBy(all, ({ license }) => license.trim() || 'none told')
  const groups = [...byLicense].map(([license, members]) => ({
    license,
    members: members.map(({ member }) => member),
    bytes: members.reduce((sum, { bytes }) => addBytes(sum, bytes), noBytes),
  }))
  return groups.sort((a, b) => b.members.length - a.members.length || (a.license < b.license ? -1 : 1))
}
