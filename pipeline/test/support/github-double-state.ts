import { createHash } from 'node:crypto'

export interface StoredAsset {
  readonly id: number
  readonly name: string
  readonly contentType: string
  /** `starter` until its bytes are there. */
  state: 'starter' | 'uploaded'
  bytes: Buffer
}

export interface StoredRelease {
  readonly id: number
  tag: string
  target: string
  name: string
  body: string
  draft: boolean
  prerelease: boolean
  immutable: boolean
  makeLatest: string
  assets: StoredAsset[]
}

/** A repository as GitHub keeps it. */
export interface Store {
  releases: Map<number, StoredRelease>
  tags: Map<string, string>
  /** Tags of immutable releases that are gone: never to be used again. */
  spentTags: Set<string>
  readonly commits: Set<string>
  readonly branches: Map<string, string>
  nextId: number
  /** Whether published releases become immutable. */
  immutable: boolean
  /** Called after every change of a release. */
  onChange: () => void
}

export interface Answer {
  readonly status: number
  readonly data?: unknown
}

export const head = 'c0ffee'.padEnd(40, '0')

export function emptyStore(): Store {
  return {
    releases: new Map(),
    tags: new Map(),
    spentTags: new Set(),
    commits: new Set([head]),
    branches: new Map([['main', head]]),
    nextId: 1,
    immutable: false,
    onChange: () => {},
  }
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export const notFound: Answer = {
  status: 404,
  data: { message: 'Not Found', documentation_url: 'https://docs' },
}

/** Characters of notes, of which GitHub takes no more. */
const longestBody = 125_000

function isTooLong(body: Record<string, unknown>): boolean {
  return String(body['body'] ?? '').length > longestBody
}

export function invalid(resource: string, code: string, field: string): Answer {
  return { status: 422, data: { message: 'Validation Failed', errors: [{ resource, code, field }] } }
}

/** POST /repos/{owner}/{repo}/releases */
export function createRelease(
  store: Store,
  body: Record<string, unknown>,
): Answer & { release?: StoredRelease } {
  if (typeof body['tag_name'] !== 'string') return invalid('Release', 'missing_field', 'tag_name')
  if (isTooLong(body)) return invalid('Release', 'custom', 'body')
  const release: StoredRelease = {
    id: store.nextId++,
    tag: body['tag_name'],
    target: String(body['target_commitish'] ?? 'main'),
    name: String(body['name'] ?? ''),
    body: String(body['body'] ?? ''),
    draft: true,
    prerelease: body['prerelease'] === true,
    immutable: false,
    makeLatest: '',
    assets: [],
  }
  if (body['draft'] !== true) {
    const refused = publish(store, release)
    if (refused !== undefined) return refused
  }
  store.releases.set(release.id, release)
  store.onChange()
  return { status: 201, release }
}

/** PATCH /repos/{owner}/{repo}/releases/{release_id} */
export function updateRelease(
  store: Store,
  release: StoredRelease,
  body: Record<string, unknown>,
): Answer & { release?: StoredRelease } {
  if (release.immutable && ['tag_name', 'draft'].some((key) => key in body))
    return { status: 422, data: { message: 'Cannot change an immutable release' } }
  if (isTooLong(body)) return invalid('Release', 'custom', 'body')
  const changed = { ...release }
  if (typeof body['tag_name'] === 'string') changed.tag = body['tag_name']
  if (typeof body['target_commitish'] === 'string') changed.target = body['target_commitish']
  if (typeof body['name'] === 'string') changed.name = body['name']
  // As a form of a browser sends it.
  if (typeof body['body'] === 'string') changed.body = body['body'].replaceAll('\n', '\r\n')
  if (typeof body['prerelease'] === 'boolean') changed.prerelease = body['prerelease']
  const latest = String(body['make_latest'] ?? 'true')
  if (body['make_latest'] === 'true' && (changed.prerelease || (changed.draft && body['draft'] !== false)))
    return invalid('Release', 'custom', 'make_latest')
  if (body['draft'] === false && release.draft) {
    const refused = publish(store, changed)
    if (refused !== undefined) return refused
    changed.makeLatest = latest
  } else if (body['draft'] === true) changed.draft = true
  Object.assign(release, changed)
  store.onChange()
  return { status: 200, release }
}

/** DELETE /repos/{owner}/{repo}/releases/{release_id}: the tag stays. */
export function deleteRelease(store: Store, release: StoredRelease): Answer {
  store.releases.delete(release.id)
  if (release.immutable) store.spentTags.add(release.tag)
  store.onChange()
  return { status: 204 }
}

/** The commit that a branch, a tag (`tags/…`) or a digest names. */
export function resolve(store: Store, ref: string): string | undefined {
  if (ref.startsWith('tags/')) return store.tags.get(ref.slice(5))
  return store.branches.get(ref) ?? store.tags.get(ref) ?? (store.commits.has(ref) ? ref : undefined)
}

function publish(store: Store, release: StoredRelease): Answer | undefined {
  const isTaken = [...store.releases.values()].some(
    ({ id, draft, tag }) => id !== release.id && !draft && tag === release.tag,
  )
  if (isTaken) return invalid('Release', 'already_exists', 'tag_name')
  if (store.spentTags.has(release.tag))
    return { status: 422, data: { message: 'tag_name was used by an immutable release' } }
  const commit = store.tags.get(release.tag) ?? resolve(store, release.target)
  if (commit === undefined) return invalid('Release', 'invalid', 'target_commitish')
  store.tags.set(release.tag, commit)
  release.draft = false
  release.immutable = store.immutable
  return undefined
}
