import semver from 'semver'
import { PipelineError } from '../errors.ts'

export interface TagOptions {
  /** Of what is to be released. */
  readonly version: string
  /** What was asked for. */
  readonly tag?: string | undefined
  readonly rolling: boolean
}

/**
 * The tag of a release: `v` and its version, `latest` for a rolling one, or what was asked for.
 * @throws PipelineError `USAGE` for what Git takes for no tag, `RELEASE_INVALID` for a tag of another version, and
 *   for a version that nobody gave
 */
export function releaseTag({ version, tag, rolling }: TagOptions): string {
  if (tag !== undefined && !isTag(tag))
    throw new PipelineError('USAGE', `--tag cannot be '${tag}'`, { hint: 'Use something like v1.2.3.' })
  if (rolling) return tag ?? 'latest'
  if (tag === undefined && version === '0.0.0-dev')
    throw new PipelineError('RELEASE_INVALID', 'these files were built without a version', {
      hint: 'Build them with --rootfs-version, or name the tag with --tag.',
    })
  const own = `v${version}`
  if (tag === undefined && !isTag(own))
    throw new PipelineError('RELEASE_INVALID', `no tag can be made of the version ${version}`, {
      hint: 'Name the tag with --tag.',
    })
  if (tag !== undefined && semver.valid(tag) !== null && tag !== own && tag !== version)
    throw new PipelineError(
      'RELEASE_INVALID',
      `the tag ${tag} is of another version than the files, ${version}`,
      {
        hint: `Leave --tag away, or build with --rootfs-version ${semver.valid(tag)}.`,
      },
    )
  return tag ?? own
}

/** Whether a version comes before a full one, as 1.0.0-rc.1 does. */
export function isPrerelease(version: string): boolean {
  return semver.prerelease(version) !== null
}

/** A part of what `git check-ref-format` takes. */
function isTag(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._+-]{0,99}$/.test(text) && !/\.\.|\.$|\.lock$/.test(text)
}
