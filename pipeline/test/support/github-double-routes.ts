import type { Double, Incoming } from './github-double.ts'
import {
  type Answer,
  createRelease,
  deleteRelease,
  notFound,
  resolve,
  type StoredAsset,
  type StoredRelease,
  sha256,
  updateRelease,
} from './github-double-state.ts'

/** What else an answer may need. */
export interface Routed extends Answer {
  readonly headers?: Readonly<Record<string, string>>
  readonly bytes?: Buffer
}

/** What GitHub answers below `/repos/OWNER/NAME`, uploads apart (https://docs.github.com/en/rest/releases). */
export function route(double: Double, { method, path, query, json, headers }: Incoming): Routed {
  const { store } = double
  const call = `${method} ${path}`
  if (method !== 'GET' && double.rights !== 'write')
    return double.rights === 'hidden'
      ? notFound
      : { status: 403, data: { message: 'Resource not accessible by integration' } }
  if (call === 'GET /releases')
    return list(
      double,
      visible(double).map((one) => describe(double, one)),
      query,
    )
  if (call === 'POST /releases') return described(double, createRelease(store, json))
  if (call === 'GET /releases/latest') {
    const latest = visible(double).find(({ draft, prerelease }) => !draft && !prerelease)
    return latest === undefined ? notFound : { status: 200, data: describe(double, latest) }
  }
  const [, tag] = /^GET \/releases\/tags\/(.+)$/.exec(call) ?? []
  if (tag !== undefined) {
    const found = visible(double).find((one) => !one.draft && one.tag === tag)
    return found === undefined ? notFound : { status: 200, data: describe(double, found) }
  }
  const [, assetId] = /^\w+ \/releases\/assets\/(\d+)$/.exec(call) ?? []
  if (assetId !== undefined)
    return routeAsset(double, Number(assetId), { method, accept: headers.accept ?? '' })
  const [, releaseId, below = ''] = /^\w+ \/releases\/(\d+)(\/assets)?$/.exec(call) ?? []
  if (releaseId !== undefined) {
    const release = store.releases.get(Number(releaseId))
    if (release === undefined || (release.draft && double.rights !== 'write')) return notFound
    if (method === 'GET' && below !== '')
      return list(
        double,
        release.assets.map((one) => describeAsset(double, one)),
        query,
      )
    if (method === 'GET') return { status: 200, data: describe(double, release) }
    if (method === 'PATCH') return described(double, updateRelease(store, release, json))
    if (method === 'DELETE') return deleteRelease(store, release)
  }
  const [, ref] = /^GET \/commits\/(.+)$/.exec(call) ?? []
  if (ref !== undefined) return commitOf(double, ref)
  const [, moved] = /^PATCH \/git\/refs\/tags\/(.+)$/.exec(call) ?? []
  if (moved !== undefined) return moveTag(double, moved, json)
  return notFound
}

function visible({ store, rights, lag }: Double): StoredRelease[] {
  const all = [...store.releases.values()].reverse().filter(({ draft }) => !draft || rights === 'write')
  return lag ? all.filter(({ id }) => id !== Math.max(...store.releases.keys())) : all
}

function list(double: Double, items: readonly unknown[], query: URLSearchParams): Routed {
  const size = Math.min(Number(query.get('per_page') ?? 30), 100, double.pageSize)
  const page = Number(query.get('page') ?? 1)
  const part = items.slice((page - 1) * size, page * size)
  const next = `<${double.apiUrl}/somewhere?page=${page + 1}>; rel="next", <${double.apiUrl}/x>; rel="last"`
  return { status: 200, data: part, headers: page * size < items.length ? { link: next } : {} }
}

function routeAsset(
  double: Double,
  id: number,
  { method, accept }: { method: string; accept: string },
): Routed {
  const { store } = double
  const release = [...store.releases.values()].find(({ assets }) => assets.some((one) => one.id === id))
  const asset = release?.assets.find((one) => one.id === id)
  if (release === undefined || asset === undefined) return notFound
  if (method === 'DELETE') {
    if (release.immutable)
      return { status: 422, data: { message: 'Cannot delete asset of an immutable release' } }
    release.assets = release.assets.filter((one) => one.id !== id)
    store.onChange()
    return { status: 204 }
  }
  if (accept !== 'application/octet-stream') return { status: 200, data: describeAsset(double, asset) }
  if (asset.state !== 'uploaded') return notFound
  return { status: 302, headers: { location: `${double.storageUrl}/${id}?X-Amz-Signature=secret` } }
}

function commitOf({ store }: Double, ref: string): Routed {
  const commit = resolve(store, ref)
  if (commit === undefined) return { status: 422, data: { message: `No commit found for SHA: ${ref}` } }
  return {
    status: 200,
    bytes: Buffer.from(commit),
    headers: { 'content-type': 'application/vnd.github.sha; charset=utf-8' },
  }
}

function moveTag({ store }: Double, tag: string, { sha, force }: Record<string, unknown>): Routed {
  if (!store.tags.has(tag)) return { status: 422, data: { message: 'Reference does not exist' } }
  if (typeof sha !== 'string' || !store.commits.has(sha))
    return { status: 422, data: { message: 'Object does not exist' } }
  if (force !== true) return { status: 422, data: { message: 'Update is not a fast forward' } }
  store.tags.set(tag, sha)
  store.onChange()
  return { status: 200, data: { ref: `refs/tags/${tag}`, object: { sha } } }
}

function described(double: Double, { status, data, release }: Answer & { release?: StoredRelease }): Routed {
  return { status, data: release === undefined ? data : describe(double, release) }
}

function describe(double: Double, release: StoredRelease) {
  const { id, tag, target, name, body, draft, prerelease, immutable, assets } = release
  return {
    id,
    tag_name: tag,
    target_commitish: target,
    name,
    body,
    draft,
    prerelease,
    ...(double.digests && { immutable }),
    html_url: `https://github.test/${double.repository}/releases/tag/${draft ? `untagged-${id}` : tag}`,
    upload_url: `${double.uploadUrl}/repos/${double.repository}/releases/${id}/assets{?name,label}`,
    assets: assets.map((one) => describeAsset(double, one)),
  }
}

export function describeAsset(double: Double, { id, name, state, bytes, contentType }: StoredAsset) {
  return {
    id,
    name,
    label: null,
    state,
    size: bytes.length,
    content_type: contentType,
    ...(double.digests && { digest: state === 'uploaded' ? `sha256:${sha256(bytes)}` : null }),
    url: `${double.apiUrl}/repos/${double.repository}/releases/assets/${id}`,
    browser_download_url: `${double.storageUrl}/${id}`,
  }
}
