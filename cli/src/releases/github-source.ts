import * as z from 'zod'
import { KaweezleError } from '../errors.ts'
import { newestInChannel } from './channel.ts'
import { fetchSmall } from './fetch-small.ts'
import { redact } from './redact.ts'
import type { Reference } from './reference.ts'
import type { Source } from './source.ts'
import { nextHop, type Web } from './web.ts'

export interface GitHubOptions {
  /** Of GitHub Enterprise: `https://HOST/api/v3`. */
  readonly apiUrl?: string | undefined
  /** `OWNER/NAME`, of a fork. */
  readonly repository?: string | undefined
  readonly token?: string | undefined
}

export const defaultApiUrl = 'https://api.github.com'
export const defaultRepository = 'kaweezle/kaweezle'

/** https://docs.github.com/en/rest/releases/releases; what a release of ours needs of it. */
const release = z.object({
  tag_name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+/-]{0,255}$/),
  draft: z.boolean(),
  prerelease: z.boolean(),
  assets: z.array(
    z.object({ name: z.string(), state: z.string(), url: z.string(), browser_download_url: z.string() }),
  ),
})

type GitHubRelease = z.infer<typeof release>

/** Bytes of a page of a hundred releases with all their assets. */
const largestAnswer = 16 * 1024 * 1024

/**
 * Finds a release among those of a repository on GitHub.
 * @throws KaweezleError `SOURCE_MISSING`, `SOURCE_UNREACHABLE`, `RATE_LIMITED`, `RELEASE_INVALID`, `USAGE`
 */
export async function githubSource(
  web: Web,
  reference: Extract<Reference, { kind: 'latest' | 'channel' | 'tag' }>,
  options: GitHubOptions,
): Promise<Source> {
  const api = parseApi(options)
  const found = await findGitHubRelease(web, api, reference)
  const assets = new Map(
    found.assets.filter(({ state }) => state === 'uploaded').map((one) => [one.name, one]),
  )
  const locate: Source['locate'] = (name) => {
    const asset = assets.get(name)
    if (asset === undefined) return undefined
    // Assets of private repositories need the API; the others do not, and do not count against its limit.
    const isApi = api.token !== undefined
    const url = nextHop(api.releases, isApi ? asset.url : asset.browser_download_url)
    return { kind: 'remote', url: url.href, isApi }
  }
  return {
    origin: `${api.releases.host.replace(/^api\./, '')}/${api.repository}`,
    tag: found.tag_name,
    isLocal: false,
    locate,
    async read(name, most) {
      const place = locate(name)
      if (place?.kind !== 'remote') return undefined
      const url = new URL(place.url)
      const headers = place.isApi ? assetHeaders(url, options) : {}
      return fetchSmall(web, { url, headers, most })
    },
  }
}

/** What asks GitHub's API for the bytes of an asset. The token goes to the API's own origin, wherever `url` leads. */
export function assetHeaders(
  url: URL,
  { apiUrl = defaultApiUrl, token }: GitHubOptions,
): Record<string, string> {
  const isOwn = url.origin === new URL(apiUrl).origin
  return {
    accept: 'application/octet-stream',
    ...(token !== undefined && isOwn && { authorization: `Bearer ${token}` }),
  }
}

interface Api {
  readonly releases: URL
  readonly repository: string
  readonly token: string | undefined
}

async function findGitHubRelease(
  web: Web,
  api: Api,
  reference: Extract<Reference, { kind: 'latest' | 'channel' | 'tag' }>,
): Promise<GitHubRelease> {
  if (reference.kind === 'latest') {
    // Where nothing was released yet, the rolling pre-release of main is the latest there is: it has that tag.
    const found = (await ask(web, api, '/latest', release)) ?? (await ask(web, api, '/tags/latest', release))
    return found ?? missing(api, 'release')
  }
  if (reference.kind === 'channel') {
    const all = (await ask(web, api, '?per_page=100', z.array(release))) ?? []
    const published = all.filter(({ draft }) => !draft)
    const newest = newestInChannel(published, reference.channel, ({ tag_name }) => tag_name.replace(/^v/, ''))
    return newest ?? missing(api, `release in the channel ${reference.channel}`)
  }
  // `0.2.0` and `v0.2.0` are one release to everybody but GitHub.
  const { tag } = reference
  const names = /^\d/.test(tag) ? [`v${tag}`, tag] : [tag]
  for (const name of names) {
    const found = await ask(web, api, `/tags/${encodeURIComponent(name)}`, release)
    if (found === undefined) continue
    if (found.tag_name === name) return found
    throw new KaweezleError(
      'RELEASE_INVALID',
      `${api.repository}: asked for ${name}, got ${found.tag_name}`,
      {
        hint: 'Do not use this source.',
      },
    )
  }
  return missing(api, `release ${tag}`)
}

async function ask<T>(web: Web, api: Api, path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const url = new URL(`${api.releases.href}${path}`)
  const headers = {
    accept: 'application/vnd.github+json',
    'x-github-api-version': '2022-11-28',
    ...(api.token !== undefined && { authorization: `Bearer ${api.token}` }),
  }
  const bytes = await fetchSmall(web, { url, headers, most: largestAnswer })
  if (bytes === undefined) return undefined
  const result = schema.safeParse(parseJson(bytes))
  if (result.success) return result.data
  const [issue] = result.error.issues
  const what = redact(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`).trim()
  throw new KaweezleError(
    'SOURCE_UNREACHABLE',
    `${redact(url.href)}: not an answer of GitHub's API: ${what}`,
    {
      hint: 'Check the network: a proxy or a sign-in page may answer in its place.',
    },
  )
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}

function parseApi({ apiUrl = defaultApiUrl, repository = defaultRepository, token }: GitHubOptions): Api {
  const base = URL.parse(apiUrl)
  if (base === null || !/^https?:$/.test(base.protocol))
    throw usage(`${redact(apiUrl)} is not the URL of an API`)
  if (base.protocol === 'http:' && token !== undefined) throw usage('a token is not sent without TLS')
  if (!/^[\w-][\w.-]*\/[\w.-]*[\w-][\w.-]*$/.test(repository))
    throw usage(`${redact(repository)} is not OWNER/NAME`)
  return {
    releases: new URL(`${base.href.replace(/\/$/, '')}/repos/${repository}/releases`),
    repository,
    token,
  }
}

function usage(message: string): KaweezleError {
  return new KaweezleError('USAGE', message, { hint: 'Check the settings for GitHub.' })
}

function missing({ repository }: Api, what: string): never {
  throw new KaweezleError('SOURCE_MISSING', `${repository} has no ${what}`, {
    hint: 'Look at its releases on GitHub; a private repository needs a token.',
  })
}
