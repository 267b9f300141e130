import { type Action, describeAction, keyOf } from './action.ts'
import type { AssetSource } from './asset.ts'
import { conflictError } from './conflict-error.ts'
import { converge } from './converge.ts'
import type { GitHub } from './github.ts'
import type { Patience } from './patience.ts'
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
 * Makes what GitHub has the release that is wanted.
 * @throws PipelineError `RELEASE_CONFLICT`, `RELEASE_REFUSED`, `RELEASE_INVALID`, `CHECKSUM_MISMATCH`,
 *   `SOURCE_UNREACHABLE`, `FILE_FAILED`, `INTERRUPTED`
 */
export async function publishRelease(publication: Publication): Promise<Published> {
  const { github, wanted } = publication
  const { end, done } = await converge(
    {
      looking: 'look at the releases',
      look: () => github.look(wanted.tag),
      plan(seen) {
        const plan = planRelease(wanted, seen)
        if (plan.kind === 'conflict') throw conflictError(plan, wanted.tag)
        return plan.kind === 'done' ? { end: plan.release } : plan
      },
      perform: (action) => perform(action, publication),
      describe: (action) => describeAction(action, wanted.tag),
      keyOf,
      hint: 'Look at the draft on GitHub, delete it, and run it again.',
    },
    publication,
  )
  return { release: end, done }
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
