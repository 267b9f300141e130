import type { SecretKey } from '@kaweezle/release-format/minisign-key.ts'
import type { BucketChoice } from '../publish/bucket/choose-bucket.ts'
import type { WantedManifest } from '../publish/bucket/state.ts'
import type { Comparison } from '../publish/carry-out.ts'
import type { ReleaseToPublish } from '../publish/publish-release.ts'
import type { Repository } from '../publish/repository.ts'
import type { Token } from '../publish/token.ts'
import type { EventSink } from '../render/event.ts'
import type { Run } from '../steps/run.ts'

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
  /** The tag of the release that the notes compare with, or `none`; undefined: it is found out. */
  readonly notesSince: string | undefined
  /** Undefined: the user's cache folder. */
  readonly cache: string | undefined
  /** Undefined: no bucket is updated. */
  readonly bucket: BucketChoice | undefined
  /** Undefined: nothing is signed. */
  readonly key: SecretKey | undefined
  readonly dryRun: boolean
  readonly repository: Repository
  readonly apiUrl: string
  readonly token: Token
}

/** What the first step makes of a folder. */
export interface Gathered {
  /** Its commit is not known yet. */
  readonly wanted: ReleaseToPublish
  /** Undefined: the notes compare nothing. */
  readonly comparison: Comparison | undefined
  /** Undefined: no bucket gets one. */
  readonly manifest: WantedManifest | undefined
}

/** The run of `release`: what it is to publish, and what it has to say of it in the end. */
export class ReleaseRun implements Run {
  readonly options: ReleaseOptions
  readonly signal: AbortSignal
  gathered: Gathered | undefined
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
