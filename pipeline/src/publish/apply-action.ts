import type { Action } from './action.ts'
import { mark, type Seen, type SeenRelease, unmarked, type WantedRelease } from './state.ts'

/**
 * What GitHub has after an action that succeeds. With it a plan is shown to its end before anything is done; files
 * of which only a download can tell are taken to be right.
 */
export function applyAction(seen: Seen, action: Action, wanted: WantedRelease): Seen {
  const { releases } = seen
  switch (action.kind) {
    case 'create-draft':
      return { ...seen, releases: [...releases, newDraft(seen, wanted)] }
    case 'delete-asset':
      return withAssets(seen, (assets) => assets.filter(({ id }) => id !== action.asset.id))
    case 'hash-asset': {
      const sha256 = wanted.assets.find(({ name }) => name === action.asset.name)?.sha256
      return withAssets(seen, (assets) =>
        assets.map((one) => (one.id === action.asset.id ? { ...one, sha256 } : one)),
      )
    }
    case 'upload': {
      const asset = wanted.assets.find(({ name }) => name === action.name)
      if (asset === undefined) throw new Error(`${action.name} is no file of the release`)
      const id = nextId(seen)
      return withAssets(seen, (assets, release) =>
        release.id === action.release.id ? [...assets, { ...asset, id, complete: true }] : assets,
      )
    }
    case 'update-draft':
      return replace(seen, action.release.id, (one) => ({
        ...one,
        body: wanted.notes.given ? `${wanted.notes.text}\n\n${mark}` : one.body,
        prerelease: wanted.prerelease,
      }))
    case 'move-tag':
      return { ...seen, tagCommit: action.commit }
    case 'delete-release':
      return { ...seen, releases: releases.filter(({ id }) => id !== action.release.id) }
    case 'publish': {
      const published = replace(seen, action.release.id, (one) => ({
        ...one,
        draft: false,
        body: wanted.notes.given ? wanted.notes.text : unmarked(one.body),
        prerelease: wanted.prerelease,
      }))
      return { ...published, tagCommit: seen.tagCommit ?? wanted.commit }
    }
  }
}

function newDraft(seen: Seen, { tag, name, notes, prerelease }: WantedRelease): SeenRelease {
  const body = `${notes.text}\n\n${mark}`
  const where = { page: '', uploadUrl: '' }
  return {
    id: nextId(seen),
    tag,
    name,
    body,
    draft: true,
    prerelease,
    immutable: false,
    ...where,
    assets: [],
  }
}

function nextId({ releases }: Seen): number {
  return 1 + Math.max(0, ...releases.flatMap(({ id, assets }) => [id, ...assets.map((one) => one.id)]))
}

function withAssets(
  seen: Seen,
  change: (assets: SeenRelease['assets'], release: SeenRelease) => SeenRelease['assets'],
): Seen {
  return { ...seen, releases: seen.releases.map((one) => ({ ...one, assets: change(one.assets, one) })) }
}

function replace(seen: Seen, id: number, change: (release: SeenRelease) => SeenRelease): Seen {
  return { ...seen, releases: seen.releases.map((one) => (one.id === id ? change(one) : one)) }
}
