import type { Progress } from '../../progress.ts'
import { connect } from '../connect.ts'
import { converge } from '../converge.ts'
import type { PublishLimits } from '../limits.ts'
import { askRepeatedly } from '../patience.ts'
import type { Repository } from '../repository.ts'
import type { Token } from '../token.ts'
import { openBucket } from './open-bucket.ts'
import { type BucketAction, type BucketEnd, planBucket } from './plan-bucket.ts'
import { scoopFile, type WantedManifest } from './state.ts'

export interface BucketOptions {
  readonly repository: Repository
  readonly apiUrl: string
  readonly token: Token
  /** Say what would be done, and only look. */
  readonly dryRun: boolean
  readonly limits: PublishLimits
  readonly signal: AbortSignal
  readonly progress: Required<Progress>
}

export interface UpdatedBucket {
  readonly outcome: { readonly done: string } | { readonly skipped: string }
  /** With a line end. */
  readonly summary: string
}

/**
 * Makes a bucket of scoop have the manifest of a release, or proposes it.
 * @throws PipelineError `RELEASE_REFUSED`, `SOURCE_UNREACHABLE`, `CHECKSUM_MISMATCH`, `INTERRUPTED`
 */
export async function updateBucket(
  wanted: WantedManifest,
  { repository, apiUrl, token, dryRun, limits, signal, progress }: BucketOptions,
): Promise<UpdatedBucket> {
  const name = `${repository.owner}/${repository.repo}`
  await using connection = connect({ apiUrl, token: token.text, limits, env: process.env })
  const api = { ...repository, octokit: connection.octokit, apiUrl, token, limits, signal }
  const bucket = openBucket(api, wanted)
  const patience = { limits, signal, onLine: progress.line }
  if (dryRun) {
    const plan = planBucket(wanted, await askRepeatedly(patience, () => bucket.look()))
    const verb = wanted.proposed ? 'proposed' : 'committed'
    const text = 'end' in plan ? describeEnd(plan.end, name) : `${scoopFile} would be ${verb} to ${name}`
    return { outcome: { skipped: 'only the plan was asked for' }, summary: `${text}\n` }
  }
  const { end, done } = await converge(
    {
      looking: `look at ${name}`,
      look: () => bucket.look(),
      plan: (seen) => planBucket(wanted, seen),
      perform: (action) => bucket.perform(action),
      describe: (action) => describeAction(action, name),
      keyOf: ({ kind }) => kind,
      hint: `Look at ${name} on GitHub: something else changes ${scoopFile} there.`,
    },
    patience,
  )
  const text = describeEnd(end, name)
  return { outcome: done.length === 0 ? { skipped: text } : { done: text }, summary: `${text}\n` }
}

function describeAction(action: BucketAction, name: string): string {
  switch (action.kind) {
    case 'begin-branch':
      return `make the branch ${action.branch} of ${name}`
    case 'commit':
      return `commit ${scoopFile} to ${action.branch} of ${name}`
    case 'propose':
      return `open a pull request of ${name}`
  }
}

function describeEnd(end: BucketEnd, name: string): string {
  switch (end.kind) {
    case 'current':
      return `${name} has this ${scoopFile}`
    case 'newer':
      return `${name} has ${scoopFile} of the newer version ${end.version}, which stays`
    case 'proposed':
      return `${scoopFile} is proposed to ${name}: ${end.page}`
  }
}
