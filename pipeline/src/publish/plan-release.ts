import type { Action } from './action.ts'
import { type Comparison, compareAssets, isRight } from './compare-assets.ts'
import { isOwnDraft, type Seen, type SeenRelease, unmarked, type WantedRelease } from './state.ts'

/** What is to be done next; what follows from it is only planned when it was seen to be done. */
export type Plan =
  | { readonly kind: 'act'; readonly actions: readonly [Action, ...Action[]] }
  /** All is as it shall be. */
  | { readonly kind: 'done'; readonly release: SeenRelease }
  /** It can never become so, unless somebody decides. */
  | {
      readonly kind: 'conflict'
      readonly reason: ConflictReason
      readonly release?: SeenRelease
      readonly details: readonly string[]
    }

export type ConflictReason = 'published-differs' | 'immutable' | 'tag-elsewhere' | 'foreign-draft'

/**
 * Plans how what GitHub has becomes what it shall have. A release is published only when all its files were seen to
 * be right, and a published one is never changed: a rolling one is replaced as a whole.
 */
export function planRelease(wanted: WantedRelease, seen: Seen): Plan {
  const releases = seen.releases.filter(({ tag }) => tag === wanted.tag)
  const published = releases.find(({ draft }) => !draft)
  const drafts = releases.filter(({ draft }) => draft)
  if (published !== undefined) {
    const comparison = compareAssets(published.assets, wanted.assets)
    if (isRight(comparison)) return planRest(published, wanted, { ...seen, releases: drafts })
    const unknown = comparison.unknown.map((asset): Action => ({ kind: 'hash-asset', asset }))
    const isDecided = comparison.wrong.length + comparison.missing.length > 0
    if (!isDecided) return act(unknown)
    if (!wanted.rolling) return conflict('published-differs', published, differences(comparison))
    if (published.immutable) return conflict('immutable', published)
  }
  const elsewhere = wanted.commit !== undefined && ![undefined, wanted.commit].includes(seen.tagCommit)
  if (elsewhere && !wanted.rolling)
    return { kind: 'conflict', reason: 'tag-elsewhere', details: [`${seen.tagCommit}`, `${wanted.commit}`] }
  const draft = chooseDraft(drafts, wanted)
  if (draft === undefined) return act([{ kind: 'create-draft' }])
  return planDraft(draft, wanted, { seen, drafts, published })
}

interface Surroundings {
  readonly seen: Seen
  readonly drafts: readonly SeenRelease[]
  readonly published: SeenRelease | undefined
}

function planDraft(draft: SeenRelease, wanted: WantedRelease, around: Surroundings): Plan {
  const comparison = compareAssets(draft.assets, wanted.assets)
  const { unknown, wrong, missing } = comparison
  const strangers = wrong.filter(({ asset }) => !wanted.assets.some(({ name }) => name === asset.name))
  if (!isOwnDraft(draft) && strangers.length > 0)
    return conflict(
      'foreign-draft',
      draft,
      strangers.map(({ asset }) => asset.name),
    )
  if (!isRight(comparison)) {
    const again = wrong.map(({ asset }) => asset.name)
    const upload = wanted.assets
      .map(({ name }) => name)
      .filter((name) => missing.includes(name) || again.includes(name))
    return act([
      ...wrong.map((one): Action => ({ kind: 'delete-asset', ...one })),
      ...unknown.map((asset): Action => ({ kind: 'hash-asset', asset })),
      ...upload.map((name): Action => ({ kind: 'upload', release: draft, name })),
    ])
  }
  if (!wanted.publish) return planKeep(draft, wanted, around)
  const { seen, published } = around
  const moves = wanted.rolling && wanted.commit !== undefined && seen.tagCommit !== undefined
  return act([
    // What is most likely to be refused comes first: then nothing has happened yet.
    ...(moves && seen.tagCommit !== wanted.commit
      ? [{ kind: 'move-tag', commit: wanted.commit } as const]
      : []),
    ...(published === undefined
      ? []
      : [{ kind: 'delete-release', release: published, reason: 'another one takes its place' } as const]),
    { kind: 'publish', release: draft },
  ])
}

function planKeep(draft: SeenRelease, wanted: WantedRelease, { drafts }: Surroundings): Plan {
  const { text, given } = wanted.notes
  const isDescribed =
    draft.prerelease === wanted.prerelease && (!given || unmarked(draft.body) === unmarked(text))
  const actions: Action[] = isDescribed ? [] : [{ kind: 'update-draft', release: draft }]
  actions.push(...removeSurplus(drafts.filter(({ id }) => id !== draft.id)))
  return actions.length === 0 ? { kind: 'done', release: draft } : act(actions)
}

/** What is left to do around a published release that is right. */
function planRest(published: SeenRelease, wanted: WantedRelease, { releases, tagCommit }: Seen): Plan {
  const moves = wanted.rolling && wanted.commit !== undefined && tagCommit !== wanted.commit
  const actions: Action[] = moves ? [{ kind: 'move-tag', commit: wanted.commit }] : []
  actions.push(...removeSurplus(releases))
  return actions.length === 0 ? { kind: 'done', release: published } : act(actions)
}

/** Drafts of ours beside the one that counts: of a request whose answer got lost, of a run beside this one. */
function removeSurplus(drafts: readonly SeenRelease[]): Action[] {
  return drafts
    .filter(isOwnDraft)
    .map((release) => ({ kind: 'delete-release', release, reason: 'it was begun and is not needed' }))
}

/** The draft with the most right files; of equal ones ours, and the oldest. */
function chooseDraft(drafts: readonly SeenRelease[], { assets }: WantedRelease): SeenRelease | undefined {
  const worth = (draft: SeenRelease) => {
    const { right, unknown } = compareAssets(draft.assets, assets)
    return right.length + unknown.length
  }
  const [best] = [...drafts].sort(
    (a, b) => worth(b) - worth(a) || Number(isOwnDraft(b)) - Number(isOwnDraft(a)) || a.id - b.id,
  )
  return best
}

function differences({ wrong, missing }: Comparison): string[] {
  return [
    ...wrong.map(({ asset, reason }) => `${asset.name}: ${reason}`),
    ...missing.map((name) => `${name}: it is not there`),
  ]
}

function act(actions: readonly Action[]): Plan {
  const [first, ...rest] = actions
  if (first === undefined) throw new Error('a plan without actions')
  return { kind: 'act', actions: [first, ...rest] }
}

function conflict(reason: ConflictReason, release: SeenRelease, details: readonly string[] = []): Plan {
  return { kind: 'conflict', reason, release, details }
}
