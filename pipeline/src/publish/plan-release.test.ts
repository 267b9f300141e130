import { describe, expect, test } from 'vitest'
import { describeAction } from './action.ts'
import { planRelease } from './plan-release.ts'
import { seen, seenAsset, seenRelease, wantedAsset, wantedRelease } from './release.fixture.ts'
import type { Seen, SeenAsset, SeenRelease, WantedRelease } from './state.ts'

/** The plan in short: its actions for people, or how it ends. */
function plan(state: Seen, changes: Partial<WantedRelease> = {}): string[] | string {
  const wanted = wantedRelease(changes)
  const result = planRelease(wanted, state)
  if (result.kind === 'act') return result.actions.map((one) => describeAction(one, wanted.tag))
  return result.kind === 'conflict'
    ? result.reason
    : `done with ${result.release.draft ? 'a draft' : 'a release'}`
}

const whole = () => [seenAsset('a'), seenAsset('b')]
const draft = (assets: SeenAsset[] = [], changes: Partial<SeenRelease> = {}) =>
  seenRelease({ assets, ...changes })
const published = (assets: SeenAsset[] = whole(), changes: Partial<SeenRelease> = {}) =>
  seenRelease({ draft: false, body: 'notes', assets, ...changes })
const at = (tagCommit: string, ...releases: SeenRelease[]): Seen => ({ releases, tagCommit })

describe('a release of a version', () => {
  test('begins with a draft', () => {
    expect(plan(seen())).toEqual(['create a draft of v1.2.3'])
  })

  test('is not taken from a release of another tag', () => {
    expect(plan(seen(published(whole(), { tag: 'v1.2.2' })))).toEqual(['create a draft of v1.2.3'])
  })

  test('gets all its files, and is not published with the same plan', () => {
    expect(plan(seen(draft()))).toEqual(['upload a', 'upload b'])
  })

  test('keeps the files that are right', () => {
    expect(plan(seen(draft([seenAsset('a')])))).toEqual(['upload b'])
  })

  test('is published when all files are right', () => {
    expect(plan(seen(draft(whole())))).toEqual(['publish v1.2.3'])
  })

  test('that is published and right needs nothing', () => {
    expect(plan(seen(published()))).toBe('done with a release')
  })

  test('that is to stay a draft is not published', () => {
    expect(plan(seen(draft(whole())), { publish: false })).toBe('done with a draft')
  })

  test.each([
    ['an unfinished file', seenAsset('a', { complete: false, size: 0 }), 'its upload never ended'],
    ['a file of another size', seenAsset('a', { size: 7 }), 'it has 7 bytes, not 1'],
    ['a file with other bytes', seenAsset('a', { sha256: wantedAsset('b').sha256 }), 'it has other bytes'],
    ['a whole but unfinished file', seenAsset('a', { complete: false }), 'its upload never ended'],
  ])('has %s replaced', (_, asset, reason) => {
    expect(plan(seen(draft([asset, seenAsset('b')])))).toEqual([`delete a: ${reason}`, 'upload a'])
  })

  test('loses a file in its draft that is none of its own', () => {
    expect(plan(seen(draft([...whole(), seenAsset('c')])))).toEqual([
      'delete c: it is no file of this release',
    ])
  })

  test('is compared by a download where GitHub tells no digest', () => {
    const assets = [seenAsset('a', { sha256: undefined }), seenAsset('b')]
    expect(plan(seen(draft(assets)))).toEqual(['download a to compare it'])
    expect(plan(seen(published(assets)))).toEqual(['download a to compare it'])
  })

  test('goes on in the draft that has most of it', () => {
    const [fresh, begun] = [draft(), draft([seenAsset('a')])]
    expect(planRelease(wantedRelease(), seen(fresh, begun))).toMatchObject({
      actions: [{ kind: 'upload', release: { id: begun.id }, name: 'b' }],
    })
  })

  test('leaves no second draft of ours behind', () => {
    expect(plan(seen(published(), draft()))).toEqual([
      'delete a draft of v1.2.3: it was begun and is not needed',
    ])
    expect(plan(seen(draft(whole()), draft()), { publish: false })).toHaveLength(1)
  })

  test('leaves drafts of others alone', () => {
    expect(plan(seen(published(), draft([], { body: 'by hand' })))).toBe('done with a release')
  })

  test('takes over a draft that somebody wrote notes for', () => {
    expect(plan(seen(draft([], { body: 'by hand' })))).toEqual(['upload a', 'upload b'])
  })

  test('does not touch a draft of others that has other files', () => {
    expect(plan(seen(draft([seenAsset('c')], { body: 'by hand' })))).toBe('foreign-draft')
  })

  test('is refused when it is published with other files', () => {
    expect(plan(seen(published([seenAsset('a'), seenAsset('b', { size: 9 })])))).toBe('published-differs')
  })

  test('is refused when it is published with a file less, or one more', () => {
    expect(plan(seen(published([seenAsset('a')])))).toBe('published-differs')
    expect(plan(seen(published([...whole(), seenAsset('c')])))).toBe('published-differs')
  })

  test('is refused when its tag is at another commit, before anything is made', () => {
    expect(plan(at('another'))).toBe('tag-elsewhere')
    expect(plan(at('another', draft(whole())))).toBe('tag-elsewhere')
  })

  test('that is published and right is so whatever commit is checked out', () => {
    expect(plan(at('another', published()))).toBe('done with a release')
  })

  test.each([
    ['other notes that were given', { text: 'new', given: true }, ['update the notes of the draft']],
    ['the same notes', { text: 'notes', given: true }, 'done with a draft'],
    ['notes that nobody gave', { text: 'new', given: false }, 'done with a draft'],
  ])('that stays a draft is updated for %s only where they differ', (_, notes, expected) => {
    expect(plan(seen(draft(whole())), { publish: false, notes })).toEqual(expected)
  })
})

describe('a rolling release', () => {
  const rolling = { rolling: true, prerelease: true }
  const other = () => published([seenAsset('a', { size: 9 })])

  test('is prepared while the former one stands', () => {
    expect(plan(at('old', other()), rolling)).toEqual(['create a draft of v1.2.3'])
    expect(plan(at('old', other(), draft()), rolling)).toEqual(['upload a', 'upload b'])
  })

  test('takes the place of the former one only when it is whole, and its tag moves first', () => {
    expect(plan(at('old', other(), draft(whole())), rolling)).toEqual([
      'move the tag v1.2.3 to c0ffee',
      'delete the release v1.2.3: another one takes its place',
      'publish v1.2.3',
    ])
  })

  test('goes on where a run was killed between deleting and publishing', () => {
    expect(plan(at('c0ffee', draft(whole())), rolling)).toEqual(['publish v1.2.3'])
  })

  test('of the same files only has its tag moved', () => {
    expect(plan(at('old', published()), rolling)).toEqual(['move the tag v1.2.3 to c0ffee'])
    expect(plan(at('c0ffee', published()), rolling)).toBe('done with a release')
  })

  test('is refused where releases can never be replaced', () => {
    expect(plan(seen(published([seenAsset('a')], { immutable: true })), rolling)).toBe('immutable')
  })
})
