import { createHash } from 'node:crypto'
import type { Incoming } from './github-double.ts'
import type { Routed } from './github-double-routes.ts'
import { notFound } from './github-double-state.ts'

/** A repository with one file, as far as committing to it goes. */
export interface Bucket {
  readonly repository: string
  readonly token: string
  rights: 'write' | 'read' | 'hidden'
  /** The text of kaweezle.json in each commit; undefined where it has none. */
  readonly commits: Map<string, string | undefined>
  /** The commit of each branch. */
  readonly branches: Map<string, string>
  readonly pulls: Pull[]
  /** Messages of commits, in order. */
  readonly messages: string[]
}

interface Pull {
  readonly head: string
  readonly base: string
  readonly title: string
  state: 'open' | 'closed'
}

const path = 'kaweezle.json'

/** With a default branch called trunk, whose only commit has no kaweezle.json. */
export function emptyBucket(): Bucket {
  const first = sha1('first')
  return {
    repository: 'kaweezle/scoop-bucket',
    token: 'ghp_NorThis',
    rights: 'write',
    commits: new Map([[first, undefined]]),
    branches: new Map([['trunk', first]]),
    pulls: [],
    messages: [],
  }
}

/** The file of a branch. */
export function textIn({ branches, commits }: Bucket, branch = 'trunk'): string | undefined {
  return commits.get(branches.get(branch) ?? '')
}

/** Commits as somebody else would. */
export function commitTo(bucket: Bucket, text: string, branch = 'trunk'): void {
  const commit = sha1(`${bucket.commits.size} ${text}`)
  bucket.commits.set(commit, text)
  bucket.branches.set(branch, commit)
}

/** What GitHub answers below `/repos/OWNER/NAME` of a bucket. */
export function routeBucket(
  bucket: Bucket,
  { method, path: asked, query, json }: Incoming,
  rights: Bucket['rights'],
): Routed {
  if (rights === 'hidden') return notFound
  if (method !== 'GET' && rights !== 'write') return forbidden
  const call = `${method} ${asked}`
  if (call === 'GET ') return { status: 200, data: { default_branch: 'trunk' } }
  if (call === `GET /contents/${path}`) return readContents(bucket, query.get('ref') ?? 'trunk')
  if (call === `PUT /contents/${path}`) return writeContents(bucket, json)
  const [, branch] = /^GET \/git\/ref\/heads\/(.+)$/.exec(call) ?? []
  if (branch !== undefined) return readReference(bucket, branch)
  if (call === 'POST /git/refs') return createReference(bucket, json)
  if (call === 'GET /pulls') return listPulls(bucket, query)
  if (call === 'POST /pulls') return createPull(bucket, json)
  return notFound
}

/** https://docs.github.com/en/rest/repos/contents#get-repository-content */
function readContents(bucket: Bucket, branch: string): Routed {
  if (!bucket.branches.has(branch)) return refusal(404, `No commit found for the ref ${branch}`)
  const text = textIn(bucket, branch)
  if (text === undefined) return notFound
  // In lines, as it comes from there.
  const content = Buffer.from(text).toString('base64').replace(/.{60}/g, '$&\n')
  return { status: 200, data: { type: 'file', path, sha: blob(text), encoding: 'base64', content } }
}

/**
 * https://docs.github.com/en/rest/repos/contents#create-or-update-file-contents; the order of its refusals, and that a
 * `sha` does not matter where there is no file, were measured by others (pome-sh/digital-twins#400).
 */
function writeContents(
  bucket: Bucket,
  { branch = 'trunk', sha, content, message }: Incoming['json'],
): Routed {
  const name = String(branch)
  if (!bucket.branches.has(name)) return refusal(404, `Branch ${name} not found`)
  const there = textIn(bucket, name)
  if (there !== undefined && sha === undefined)
    return refusal(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
  if (there !== undefined && sha !== blob(there)) return refusal(409, `${path} does not match ${sha}`)
  const text = Buffer.from(String(content), 'base64').toString()
  commitTo(bucket, text, name)
  bucket.messages.push(String(message))
  return { status: there === undefined ? 201 : 200, data: { content: { path, sha: blob(text) } } }
}

/** https://docs.github.com/en/rest/git/refs */
function readReference({ branches }: Bucket, branch: string): Routed {
  const sha = branches.get(branch)
  if (sha === undefined) return notFound
  return { status: 200, data: { ref: `refs/heads/${branch}`, object: { type: 'commit', sha } } }
}

function createReference({ branches, commits }: Bucket, { ref, sha }: Incoming['json']): Routed {
  const [, branch] = /^refs\/heads\/(.+)$/.exec(String(ref)) ?? []
  if (branch === undefined) return refusal(422, 'Reference name must start with refs/')
  if (!commits.has(String(sha))) return refusal(422, 'Object does not exist')
  if (branches.has(branch)) return refusal(422, 'Reference already exists')
  branches.set(branch, String(sha))
  return { status: 201, data: { ref, object: { type: 'commit', sha } } }
}

/** https://docs.github.com/en/rest/pulls/pulls */
function listPulls({ repository, pulls }: Bucket, query: URLSearchParams): Routed {
  const owner = repository.replace(/\/.*/, '')
  const wanted = query.get('state') ?? 'open'
  const found = pulls.filter(
    ({ head, state }) => query.get('head') === `${owner}:${head}` && (wanted === 'all' || state === wanted),
  )
  return { status: 200, data: found.map((one) => describe(repository, pulls.indexOf(one))) }
}

function createPull(bucket: Bucket, { head, base, title }: Incoming['json']): Routed {
  const { branches, pulls, repository } = bucket
  const [from, into] = [branches.get(String(head)), branches.get(String(base))]
  if (from === undefined || into === undefined) return invalidPull({ field: 'head', code: 'invalid' })
  if (from === into) return invalidPull({ code: 'custom', message: `No commits between ${base} and ${head}` })
  if (pulls.some((one) => one.head === head && one.state === 'open'))
    return invalidPull({ code: 'custom', message: `A pull request already exists for kaweezle:${head}.` })
  pulls.push({ head: String(head), base: String(base), title: String(title), state: 'open' })
  return { status: 201, data: describe(repository, pulls.length - 1) }
}

function invalidPull(error: object): Routed {
  const errors = [{ resource: 'PullRequest', ...error }]
  return { status: 422, data: { message: 'Validation Failed', errors } }
}

function describe(repository: string, index: number) {
  return { number: index + 1, html_url: `https://github.test/${repository}/pull/${index + 1}` }
}

const forbidden = refusal(403, 'Resource not accessible by personal access token')

function refusal(status: number, message: string): Routed {
  return { status, data: { message, documentation_url: 'https://docs' } }
}

/** As Git names the content of a file. */
function blob(text: string): string {
  return sha1(`blob ${Buffer.byteLength(text)}\0${text}`)
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}
