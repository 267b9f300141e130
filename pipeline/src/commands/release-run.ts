import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { SecretKey } from '@kaweezle/release-format/minisign-key.ts'
import { signatureFile } from '@kaweezle/release-format/release-files.ts'
import { type Contents, checkContents, isRead } from '../publish/contents.ts'
import { defaultLimits } from '../publish/limits.ts'
import type { ReleaseToPublish } from '../publish/publish-release.ts'
import { readFolder } from '../publish/read-folder.ts'
import { releaseNotes } from '../publish/release-notes.ts'
import { isPrerelease, releaseTag } from '../publish/release-tag.ts'
import type { Repository } from '../publish/repository.ts'
import { signContents } from '../publish/sign-contents.ts'
import { formatBytes } from '../render/amounts.ts'
import type { EventSink } from '../render/event.ts'
import type { Run } from '../steps/run.ts'
import { step } from '../steps/step.ts'
import { commitFile } from '../store/commit.ts'
import { orFileError } from '../store/file-error.ts'

export interface ReleaseOptions {
  /** Absolute path of what builds wrote. */
  readonly folder: string
  readonly tag: string | undefined
  /** A commit, branch or tag as GitHub knows it. */
  readonly target: string | undefined
  readonly draft: boolean
  readonly prerelease: boolean
  readonly rolling: boolean
  readonly makeLatest: 'true' | 'false' | 'legacy'
  readonly notes: string | undefined
  /** Undefined: nothing is signed. */
  readonly key: SecretKey | undefined
  readonly dryRun: boolean
  readonly repository: Repository
  readonly apiUrl: string
  readonly token: string
}

/** The run of `release`: what it is to publish, and what it has to say of it in the end. */
export class ReleaseRun implements Run {
  readonly options: ReleaseOptions
  readonly signal: AbortSignal
  /** Made by the first step; its commit is not known yet. */
  wanted: ReleaseToPublish | undefined
  summary = ''
  readonly #sinks: EventSink[] = []

  constructor(options: ReleaseOptions, signal: AbortSignal) {
    this.options = options
    this.signal = signal
  }

  emit: EventSink = (event) => {
    for (const sink of this.#sinks) sink(event)
  }

  listen(sink: EventSink): void {
    this.#sinks.push(sink)
  }
}

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
    if (!options.dryRun) {
      for (const { name, from } of made) await commitFile(join(options.folder, name), [Buffer.from(from)])
      // That of another list must not stay beside this one.
      if (options.key === undefined)
        await orFileError(options.folder, () => rm(join(options.folder, signatureFile), { force: true }))
    }
    const assets = [...contents.assets, ...made]
    release.wanted = { ...describe(contents, options), tag, assets }
    const bytes = assets.reduce((sum, { size }) => sum + size, 0)
    return { done: `${tag}: ${assets.length} files, ${formatBytes(bytes)}` }
  },
})

const publish = step<ReleaseRun>({
  name: 'publish',
  title: 'Publish the release',
  async run(release, progress) {
    const { wanted, signal } = release
    if (wanted === undefined) throw new Error('nothing was gathered')
    // Other commands need not wait for Octokit to load.
    const { carryOut } = await import('../publish/carry-out.ts')
    const { outcome, summary } = await carryOut(wanted, release.options, {
      limits: defaultLimits,
      signal,
      progress,
    })
    release.summary = summary
    return outcome
  },
})

/** What `npm run release` does, in order. */
export const releaseSteps = [gather, publish]

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
