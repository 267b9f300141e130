import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { signatureFile } from '@kaweezle/release-format/release-files.ts'
import type { ListrTask } from 'listr2'
import { PipelineError } from '../errors.ts'
import { scoopFile, type WantedManifest } from '../publish/bucket/state.ts'
import type { Comparison } from '../publish/carry-out.ts'
import { type Contents, checkContents, type FolderText, isRead } from '../publish/contents.ts'
import { defaultLimits } from '../publish/limits.ts'
import type { ReleaseToPublish } from '../publish/publish-release.ts'
import { readFolder } from '../publish/read-folder.ts'
import { releaseNotes } from '../publish/release-notes.ts'
import { isPrerelease, releaseTag } from '../publish/release-tag.ts'
import { signContents } from '../publish/sign-contents.ts'
import { formatBytes } from '../render/amounts.ts'
import { step } from '../steps/step.ts'
import { commitFile } from '../store/commit.ts'
import { orFileError } from '../store/file-error.ts'
import type { Gathered, ReleaseOptions, ReleaseRun } from './release-run.ts'

const gather = step<ReleaseRun>({
  name: 'gather',
  title: 'Hold the files against their manifests, and sign them',
  async run(release, progress) {
    const { options, signal } = release
    const files = await readFolder(options.folder, { progress, signal })
    const texts = await Promise.all(
      files
        .filter(({ path }) => isRead(path))
        .map(async (file) => ({
          file,
          text: await orFileError(file.from, () => readFile(file.from, 'utf8')),
        })),
    )
    const contents = checkContents(files, texts)
    const tag = releaseTag({ ...options, version: contents.version })
    const made = signContents(contents.assets, { tag, key: options.key })
    const assets = [...contents.assets, ...made]
    const wanted = { ...describe(contents, options), tag, assets }
    const manifest = manifestFor(wanted, { contents, texts, options })
    if (!options.dryRun) {
      for (const { name, from } of made) await commitFile(join(options.folder, name), [Buffer.from(from)])
      // That of another list must not stay beside this one.
      if (options.key === undefined)
        await orFileError(options.folder, () => rm(join(options.folder, signatureFile), { force: true }))
    }
    release.gathered = { wanted, comparison: comparisonFor(contents, options), manifest }
    const bytes = assets.reduce((sum, { size }) => sum + size, 0)
    return { done: `${tag}: ${assets.length} files, ${formatBytes(bytes)}` }
  },
})

const publish = step<ReleaseRun>({
  name: 'publish',
  title: 'Publish the release',
  async run(release, progress) {
    const { wanted, comparison } = gathered(release)
    const { options, signal } = release
    // Other commands need not wait for Octokit to load.
    const { carryOut } = await import('../publish/carry-out.ts')
    const { outcome, summary } = await carryOut(wanted, options, {
      comparison,
      limits: defaultLimits,
      signal,
      progress,
    })
    release.summary = summary
    return outcome
  },
})

const updateBucket = step<ReleaseRun>({
  name: 'bucket',
  title: 'Update the bucket of scoop',
  async run(release, progress) {
    const { manifest } = gathered(release)
    const { options, signal } = release
    if (manifest === undefined || options.bucket === undefined)
      return { skipped: 'only published versions go there' }
    const { updateBucket } = await import('../publish/bucket/update-bucket.ts')
    const { outcome, summary } = await updateBucket(manifest, {
      ...options,
      ...options.bucket,
      limits: defaultLimits,
      signal,
      progress,
    })
    release.summary += summary
    return outcome
  },
})

/** What `npm run release` does, in order. */
export function releaseSteps({ bucket }: ReleaseOptions): ListrTask<ReleaseRun>[] {
  return [gather, publish, ...(bucket === undefined ? [] : [updateBucket])]
}

function gathered({ gathered }: ReleaseRun): Gathered {
  if (gathered === undefined) throw new Error('nothing was gathered')
  return gathered
}

function describe(contents: Contents, options: ReleaseOptions): Omit<ReleaseToPublish, 'tag' | 'assets'> {
  const { version } = contents
  const { rolling, draft, prerelease, notes, key, makeLatest } = options
  return {
    name: `Kaweezle ${version}`,
    notes: { text: notes ?? releaseNotes(contents, key), given: notes !== undefined },
    prerelease: prerelease || rolling || isPrerelease(version),
    makeLatest,
    commit: undefined,
    rolling,
    publish: !draft,
  }
}

function comparisonFor(
  { version, manifests }: Contents,
  { notes, notesSince, folder, cache }: ReleaseOptions,
): Comparison | undefined {
  if (notes !== undefined || notesSince === 'none') return undefined
  const architectures = manifests.map(({ architecture }) => architecture)
  return { version, since: notesSince, folder, cache, architectures }
}

interface ManifestSources {
  readonly contents: Contents
  readonly texts: readonly FolderText[]
  readonly options: ReleaseOptions
}

/** A bucket has one version, for all who do not ask for another. */
function manifestFor(
  { publish, prerelease }: ReleaseToPublish,
  { contents: { version }, texts, options: { bucket, repository } }: ManifestSources,
): WantedManifest | undefined {
  if (bucket === undefined || !publish || prerelease) return undefined
  const text = texts.find(({ file }) => file.path === scoopFile)?.text
  const origin = `${repository.owner}/${repository.repo}`
  if (text !== undefined) return { text, version, proposed: bucket.proposed, origin }
  throw new PipelineError('RELEASE_INVALID', `there is no ${scoopFile} for the bucket`, {
    hint: 'Make it with `npm run package-cli`, or release without a bucket.',
  })
}
