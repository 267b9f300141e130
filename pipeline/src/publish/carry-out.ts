import { PipelineError } from '../errors.ts'
import type { Progress } from '../progress.ts'
import { formatBytes } from '../render/amounts.ts'
import { describeAction } from './action.ts'
import { conflictError } from './conflict-error.ts'
import { connect } from './connect.ts'
import { foresee } from './foresee.ts'
import type { GitHub } from './github.ts'
import type { PublishLimits } from './limits.ts'
import { type ComparisonOptions, compareWithFormer } from './notes/compare-with-former.ts'
import { findFormer } from './notes/find-former.ts'
import { fitNotes } from './notes/fit-notes.ts'
import { openGitHub } from './open-github.ts'
import { askRepeatedly, type Patience } from './patience.ts'
import { type Published, publishRelease, type ReleaseToPublish } from './publish-release.ts'
import type { Repository } from './repository.ts'
import type { Seen } from './state.ts'
import type { Token } from './token.ts'

export interface Destination {
  readonly repository: Repository
  readonly apiUrl: string
  readonly token: Token
  /** What a new tag is to point to, as GitHub knows it. */
  readonly target: string | undefined
  /** Say what would be done, and only look. */
  readonly dryRun: boolean
}

/** What the notes of a new draft tell the changes since. */
export interface Comparison extends Omit<ComparisonOptions, 'progress'> {
  readonly version: string
  /** The tag of a release; undefined: which one is found out. */
  readonly since: string | undefined
}

export interface CarryOutOptions {
  /** Undefined: the notes are those that are wanted. */
  readonly comparison?: Comparison | undefined
  readonly limits: PublishLimits
  readonly signal: AbortSignal
  readonly progress: Required<Progress>
}

export interface CarriedOut {
  readonly outcome: { readonly done: string } | { readonly skipped: string }
  /** What the command was called for, with a line end. */
  readonly summary: string
}

/**
 * Connects to GitHub, and publishes what is wanted or says what that would take. The notes of a new draft also tell
 * what changed; those of one that is there stay.
 * @throws PipelineError as {@link publishRelease}, and `USAGE` where the target or the former release is none
 */
export async function carryOut(
  wanted: ReleaseToPublish,
  destination: Destination,
  { comparison, limits, signal, progress }: CarryOutOptions,
): Promise<CarriedOut> {
  const { repository, apiUrl, token, dryRun } = destination
  await using connection = connect({ apiUrl, token: token.text, limits, env: process.env })
  const api = { ...repository, octokit: connection.octokit, apiUrl, token, limits, signal }
  const github = openGitHub(api)
  const patience = { limits, signal, onLine: progress.line }
  const seen = await askRepeatedly(patience, () => github.look(wanted.tag))
  const commit = await findCommit(destination.target, { github, patience, wanted, seen })
  const whole = { ...wanted, commit }
  const { actions, end } = foresee(whole, seen)
  if (end.kind === 'conflict') throw conflictError(end, wanted.tag)
  const isNew = actions.some(({ kind }) => kind === 'create-draft')
  const former =
    isNew && comparison !== undefined
      ? await askRepeatedly(patience, () => findFormer(api, { ...wanted, ...comparison }))
      : undefined
  if (dryRun) {
    const lines = former === undefined ? [] : [`compare with ${former.tag}, for the notes`]
    return plan(whole, [...lines, ...actions.map((one) => describeAction(one, wanted.tag))], destination)
  }
  if (former !== undefined && comparison !== undefined) {
    const changes = await compareWithFormer(api, former, { ...comparison, progress })
    whole.notes = { ...wanted.notes, text: fitNotes(wanted.notes.text, changes) }
  }

  const total = actions.reduce((sum, one) => {
    const name = one.kind === 'upload' ? one.name : ''
    return sum + (wanted.assets.find((asset) => asset.name === name)?.size ?? 0)
  }, 0)
  let sent = 0
  const onBytes = (count: number) => {
    sent = Math.min(total, sent + count)
    progress.bytes(sent, total)
  }
  return report(whole, await publishRelease({ ...patience, github, wanted: whole, onBytes }))
}

interface Circumstances {
  readonly github: GitHub
  readonly patience: Patience
  readonly wanted: ReleaseToPublish
  readonly seen: Seen
}

/** A commit that GitHub does not have matters only when there is something left to do. */
async function findCommit(
  target: string | undefined,
  { github, patience, wanted, seen }: Circumstances,
): Promise<string | undefined> {
  if (target === undefined) return undefined
  const commit = await askRepeatedly(patience, () => github.resolveCommit(target))
  const isDone = () => foresee({ ...wanted, commit: undefined }, seen).actions.length === 0
  if (commit !== undefined || isDone()) return commit
  throw new PipelineError('USAGE', `the repository on GitHub has no commit ${target}`, {
    hint: 'Push it first, or name another one with --target.',
  })
}

function plan(
  { tag, publish }: ReleaseToPublish,
  lines: readonly string[],
  { repository, apiUrl }: Destination,
): CarriedOut {
  const where = `${repository.owner}/${repository.repo}, ${apiUrl}`
  const summary =
    lines.length === 0
      ? `${tag} is as it should be: nothing would be done (${where})\n`
      : `${tag} would be ${publish ? 'published' : 'made a draft'} (${where}):\n${lines.map((one) => `  ${one}\n`).join('')}`
  return { outcome: { skipped: 'only the plan was asked for' }, summary }
}

function report({ tag, assets }: ReleaseToPublish, { release, done }: Published): CarriedOut {
  const state = release.draft ? 'a draft' : 'published'
  // A file that was only compared is as it was.
  if (done.every(({ kind }) => kind === 'hash-asset')) {
    const skipped = `${tag} is ${state} already, as it should be`
    return { outcome: { skipped }, summary: `${skipped}: ${release.page}\n` }
  }
  const uploaded = new Set(done.flatMap((one) => (one.kind === 'upload' ? [one.name] : [])))
  const bytes = assets.reduce((sum, { name, size }) => sum + (uploaded.has(name) ? size : 0), 0)
  const there = assets.length - uploaded.size
  const amounts = `${uploaded.size} files uploaded (${formatBytes(bytes)}), ${there} there already`
  return {
    outcome: { done: `${tag}: ${amounts}` },
    summary: `${tag} is ${state}: ${release.page}\n${amounts}\n`,
  }
}
