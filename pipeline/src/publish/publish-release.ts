import { PipelineError } from '../errors.ts'
import { Transient } from '../fetch/transient.ts'
import { type Action, describeAction, keyOf } from './action.ts'
import type { AssetSource } from './asset.ts'
import { conflictError } from './conflict-error.ts'
import type { GitHub } from './github.ts'
import { type Patience, waitAfter } from './patience.ts'
import { planRelease } from './plan-release.ts'
import type { SeenRelease, WantedRelease } from './state.ts'

export interface Publication extends Patience {
  readonly github: GitHub
  readonly wanted: ReleaseToPublish
  /** Bytes that went out for the file that is being uploaded. */
  readonly onBytes: (count: number) => void
}

/** A release as it shall be, with the bytes of its files. */
export interface ReleaseToPublish extends WantedRelease {
  readonly assets: readonly AssetSource[]
}

export interface Published {
  readonly release: SeenRelease
  /** What was done for it, tries that failed left out. */
  readonly done: readonly Action[]
}

/**
 * Looks at what is there, plans, does it, and looks again, until all is as it shall be: so it makes no difference
 * where an earlier run was killed, or which answer got lost. Nothing is begun more often than the limits allow.
 * @throws PipelineError `RELEASE_CONFLICT`, `RELEASE_REFUSED`, `RELEASE_INVALID`, `CHECKSUM_MISMATCH`,
 *   `SOURCE_UNREACHABLE`, `FILE_FAILED`, `INTERRUPTED`
 */
export async function publishRelease(publication: Publication): Promise<Published> {
  const { github, wanted, limits, onLine } = publication
  const begun = new Map<string, number>()
  const done: Action[] = []

  /** Whether it was done; false when it has to be looked at again. */
  async function attempt<T>(key: string, act: () => Promise<T>): Promise<{ value: T } | undefined> {
    const count = (begun.get(key) ?? 0) + 1
    begun.set(key, count)
    if (count > limits.tries) throw staysWrong(key, limits.tries)
    try {
      return { value: await act() }
    } catch (error) {
      if (!(error instanceof Transient)) throw error
      await waitAfter(error, count, publication)
      return undefined
    }
  }

  for (;;) {
    const seen = await attempt('look at the releases', () => github.look(wanted.tag))
    if (seen === undefined) continue
    begun.delete('look at the releases')
    const plan = planRelease(wanted, seen.value)
    if (plan.kind === 'done') return { release: plan.release, done }
    if (plan.kind === 'conflict') throw conflictError(plan, wanted.tag)
    for (const action of plan.actions) {
      onLine(describeAction(action, wanted.tag))
      if ((await attempt(keyOf(action), () => perform(action, publication))) === undefined) break
      done.push(action)
    }
  }
}

async function perform(action: Action, { github, wanted, onBytes }: Publication): Promise<void> {
  switch (action.kind) {
    case 'create-draft':
      return github.createDraft(wanted)
    case 'update-draft':
      return github.updateDraft(action.release, wanted)
    case 'delete-asset':
      return github.deleteAsset(action.asset)
    case 'hash-asset':
      return github.hashAsset(action.asset)
    case 'move-tag':
      return github.moveTag(wanted.tag, action.commit)
    case 'delete-release':
      return github.deleteRelease(action.release)
    case 'publish':
      return github.publish(action.release, wanted)
    case 'upload': {
      const asset = wanted.assets.find(({ name }) => name === action.name)
      if (asset === undefined) throw new Error(`${action.name} is no file of the release`)
      return github.upload(action.release, asset, onBytes)
    }
  }
}

function staysWrong(key: string, tries: number): PipelineError {
  return new PipelineError(
    'CHECKSUM_MISMATCH',
    `${key}: done ${tries} times, and still not as it should be`,
    {
      hint: 'Look at the draft on GitHub, delete it, and run it again.',
    },
  )
}
