import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PipelineError } from '../errors.ts'
import { Transient } from '../fetch/transient.ts'
import type { Action } from './action.ts'
import { applyAction } from './apply-action.ts'
import type { AssetSource } from './asset.ts'
import { compareAssets, isRight } from './compare-assets.ts'
import type { GitHub } from './github.ts'
import { defaultLimits } from './limits.ts'
import { publishRelease, type ReleaseToPublish } from './publish-release.ts'
import { digestOf, seenAsset, seenRelease, wantedRelease } from './release.fixture.ts'
import type { Seen, SeenRelease, WantedRelease } from './state.ts'

/** What becomes of one change: nothing, with an answer or without; a part; something else; or the process dies. */
const fates = ['fails', 'lost', 'broken', 'corrupt', 'killed before', 'killed after', 'done'] as const
type Fate = (typeof fates)[number]

class Killed extends Error {}

/** A GitHub in memory. `fate` decides over every change; `digests` says whether it tells digests. */
function inMemory(start: Seen, { fate, digests = true }: { fate: () => Fate; digests?: boolean }) {
  const world = { seen: start, known: new Set<number>(), changes: 0, check: (_: Seen) => {} }
  const wantedNow = { value: wantedRelease() }

  function change(action: Action): void {
    world.changes += 1
    const now = fate()
    if (now === 'fails') throw transient()
    if (now === 'killed before') throw new Killed()
    const isUpload = action.kind === 'upload'
    if (isUpload && namesIn(action.release.id).includes(action.name)) throw transient()
    world.seen = applyAction(world.seen, action, wantedNow.value)
    if (isUpload && (now === 'broken' || now === 'corrupt')) spoil(action.release.id, action.name, now)
    world.check(world.seen)
    if (now === 'killed after') throw new Killed()
    if (now === 'lost' || (isUpload && now === 'broken')) throw transient()
  }

  function namesIn(release: number): string[] {
    return world.seen.releases.flatMap(({ id, assets }) =>
      id === release ? assets.map(({ name }) => name) : [],
    )
  }

  function spoil(id: number, name: string, how: 'broken' | 'corrupt'): void {
    const releases = world.seen.releases.map((one) => {
      if (one.id !== id) return one
      const assets = one.assets.map((asset) => {
        if (asset.name !== name) return asset
        return how === 'broken' ? { ...asset, complete: false } : { ...asset, sha256: digestOf('other') }
      })
      return { ...one, assets }
    })
    world.seen = { ...world.seen, releases }
  }

  const told = (release: SeenRelease): SeenRelease => ({
    ...release,
    assets: release.assets.map((one) =>
      digests || world.known.has(one.id) ? one : { ...one, sha256: undefined },
    ),
  })
  const github: GitHub = {
    look: async () => ({ ...world.seen, releases: world.seen.releases.map(told) }),
    resolveCommit: async (name) => name,
    createDraft: async () => change({ kind: 'create-draft' }),
    updateDraft: async (release) => change({ kind: 'update-draft', release }),
    publish: async (release) => change({ kind: 'publish', release }),
    deleteRelease: async (release) => change({ kind: 'delete-release', release, reason: '' }),
    deleteAsset: async (asset) => change({ kind: 'delete-asset', asset, reason: '' }),
    upload: async (release, { name }) => change({ kind: 'upload', release, name }),
    moveTag: async (_, commit) => change({ kind: 'move-tag', commit }),
    async hashAsset({ id }) {
      world.known.add(id)
    },
  }
  return { world, github, wantedNow }
}

function transient(): Transient {
  return new Transient(new PipelineError('SOURCE_UNREACHABLE', 'it failed'))
}

function run(github: GitHub, wanted: WantedRelease, tries = 6) {
  const limits = { ...defaultLimits, backoff: 0, tries }
  const { signal } = new AbortController()
  const assets = wanted.assets.map((one): AssetSource => ({ ...one, contentType: 'a/b', from: one.name }))
  const whole: ReleaseToPublish = { ...wanted, assets }
  return publishRelease({ github, wanted: whole, limits, signal, onLine: () => {}, onBytes: () => {} })
}

/** Runs it as often as it is killed. */
async function runUntilDone(github: GitHub, wanted: WantedRelease) {
  for (let runs = 0; runs < 100; runs++) {
    try {
      return await run(github, wanted, 100)
    } catch (error) {
      if (!(error instanceof Killed)) throw error
    }
  }
  throw new Error('it was killed a hundred times')
}

const assets = ['a', 'b', 'c'].map((name) => ({ name, size: name.length, sha256: digestOf(name) }))

const anyAsset = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  state: fc.constantFrom('right', 'unfinished', 'other'),
})

const anyDraft = fc.uniqueArray(anyAsset, { selector: ({ name }) => name }).map((files) =>
  seenRelease({
    assets: files.map(({ name, state }) =>
      seenAsset(name, {
        complete: state !== 'unfinished',
        ...(state === 'other' && { sha256: digestOf('other') }),
      }),
    ),
  }),
)

describe('any order of failures, lost answers and kills', () => {
  test.each([
    [true, false],
    [false, false],
    [true, true],
    [false, true],
  ])(
    'ends in the same release, and no wrong one is ever published (digests told: %s, rolling: %s)',
    async (digests, rolling) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(anyDraft, { maxLength: 2 }),
          fc.array(fc.constantFrom(...fates), { maxLength: 30 }),
          fc.boolean(),
          async (drafts, script, stale) => {
            const former = seenRelease({ draft: false, body: 'old', assets: [seenAsset('a', { size: 99 })] })
            const start = {
              releases: rolling && stale ? [former, ...drafts] : drafts,
              tagCommit: rolling ? 'old' : undefined,
            }
            const { world, github, wantedNow } = inMemory(start, {
              fate: () => script.shift() ?? 'done',
              digests,
            })
            const wanted = wantedRelease({ assets, rolling, prerelease: rolling })
            wantedNow.value = wanted
            world.check = ({ releases }) => {
              const open = releases.filter(({ draft, id }) => !draft && id !== former.id)
              for (const one of open) expect(isRight(compareAssets(one.assets, assets))).toBe(true)
              expect(releases.filter(({ draft }) => !draft).length).toBeLessThan(2)
            }
            await runUntilDone(github, wanted)
            expect(world.seen.releases).toHaveLength(1)
            expect(world.seen.releases[0]).toMatchObject({ draft: false, prerelease: rolling, body: 'notes' })
            expect(world.seen.releases[0]?.assets.map(({ name }) => name).sort()).toEqual(['a', 'b', 'c'])
            expect(world.seen.tagCommit).toBe('c0ffee')

            const before = world.changes
            expect(await run(github, wanted)).toMatchObject({ done: [] })
            expect(world.changes).toBe(before)
          },
        ),
        { numRuns: 150 },
      )
    },
  )

  test('the property can fail: a GitHub that keeps other bytes is found out, and nothing is published', async () => {
    const { world, github, wantedNow } = inMemory(
      { releases: [], tagCommit: undefined },
      { fate: () => 'corrupt' },
    )
    wantedNow.value = wantedRelease({ assets })
    await expect(run(github, wantedNow.value)).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' })
    expect(world.seen.releases).toMatchObject([{ draft: true }])
  })

  test('what always fails ends with that failure, after the tries that are allowed', async () => {
    const { world, github } = inMemory({ releases: [], tagCommit: undefined }, { fate: () => 'fails' })
    await expect(run(github, wantedRelease(), 4)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: 'it failed',
    })
    expect(world.changes).toBe(4)
  })

  test('a draft whose every creation gets no answer does not become many published ones', async () => {
    const script: Fate[] = ['lost', 'lost', 'done']
    const { world, github } = inMemory(
      { releases: [], tagCommit: undefined },
      { fate: () => script.shift() ?? 'done' },
    )
    await run(github, wantedRelease())
    expect(world.seen.releases).toMatchObject([{ draft: false }])
  })
})
