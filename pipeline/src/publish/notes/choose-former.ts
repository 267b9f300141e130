import semver, { type SemVer } from 'semver'
import { PipelineError } from '../../errors.ts'

/** A release that is published, as far as the choice of a former one goes. */
export interface PublishedRelease {
  readonly id: number
  readonly tag: string
}

export interface FormerOptions {
  /** Of what is to be released. */
  readonly version: string
  readonly tag: string
  readonly rolling: boolean
  /** The tag that was asked for. */
  readonly since: string | undefined
}

/**
 * The release that notes tell the changes since. For a version that is the highest one below it, of its own kind or
 * riper, as in `kaweezle`'s channels; for a rolling release the one that it takes the place of, or else the highest
 * version. Undefined where there is none.
 * @throws PipelineError `USAGE` when the one that was asked for is not there
 */
export function chooseFormer(
  published: readonly PublishedRelease[],
  { version, tag, rolling, since }: FormerOptions,
): PublishedRelease | undefined {
  const named = (wanted: string) => published.find((one) => one.tag === wanted)
  if (since !== undefined) {
    const found = named(since)
    if (found !== undefined) return found
    throw new PipelineError('USAGE', `there is no release ${since} to compare with`, {
      hint: 'Give --notes-since the tag of a published release, or none.',
    })
  }
  if (rolling) return named(tag) ?? highest(published, () => true)
  const own = semver.parse(version)
  if (own === null) return undefined
  return highest(published, (one) => one.compare(own) < 0 && ripeness(one) >= ripeness(own))
}

function highest(
  published: readonly PublishedRelease[],
  isTaken: (version: SemVer) => boolean,
): PublishedRelease | undefined {
  return published
    .map((release) => ({ release, version: semver.parse(release.tag) }))
    .filter((one): one is { release: PublishedRelease; version: SemVer } => one.version !== null)
    .filter(({ version }) => isTaken(version))
    .sort((a, b) => b.version.compare(a.version))[0]?.release
}

const kinds = ['alpha', 'beta', 'rc', 'stable']

/** -1 for a kind that no channel has, such as `1.2.0-dev`. */
function ripeness({ prerelease }: SemVer): number {
  return kinds.indexOf(prerelease.length === 0 ? 'stable' : String(prerelease[0]))
}
