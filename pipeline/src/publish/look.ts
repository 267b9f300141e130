import type { z } from 'zod'
import type { Sha256 } from '../digest.ts'
import { unlessMissing } from './api-error.ts'
import { type ApiRelease, apiAsset, apiRelease, parseAnswer } from './api-schemas.ts'
import { type Api, ask } from './ask.ts'
import type { SeenAsset, SeenRelease } from './state.ts'

/** What was found out before, and GitHub does not tell, or not yet. */
export interface Memory {
  /** Releases that this run made: a list may be older than they are. */
  readonly made: Set<number>
  /** Digests of files that were downloaded, by their ids. */
  readonly digests: Map<number, Sha256>
}

/** GitHub gives no more than 10,000 releases. */
const mostPages = 100

/**
 * All releases of a tag with all their files. They are found by going through the list: a draft has no tag yet, so
 * that asking for the tag does not find it.
 */
export async function lookFor(api: Api, tag: string, memory: Memory): Promise<SeenRelease[]> {
  const { owner, repo } = api
  const all = await pages(api, `list the releases of ${owner}/${repo}`, {
    route: 'GET /repos/{owner}/{repo}/releases',
    schema: apiRelease,
  })
  const found = new Map(all.filter((one) => one.tag_name === tag).map((one) => [one.id, one]))
  for (const id of memory.made) {
    const release = all.some((one) => one.id === id) ? undefined : await findRelease(api, id)
    if (release?.tag_name === tag) found.set(id, release)
  }
  const seen: SeenRelease[] = []
  for (const release of found.values()) {
    const assets = await assetsOf(api, release, memory)
    if (assets !== undefined) seen.push(describe(release, assets))
  }
  return seen
}

async function findRelease(api: Api, id: number): Promise<ApiRelease | undefined> {
  const { octokit, owner, repo } = api
  const parameters = { owner, repo, release_id: id }
  return unlessMissing(
    ask(api, { what: 'look at the draft' }, async (request) => {
      const { data } = await octokit.request('GET /repos/{owner}/{repo}/releases/{release_id}', {
        ...parameters,
        request,
      })
      return parseAnswer(apiRelease, data)
    }),
  )
}

async function assetsOf(api: Api, { id }: ApiRelease, { digests }: Memory): Promise<SeenAsset[] | undefined> {
  const listed = await unlessMissing(
    pages(api, 'list the files of the release', {
      route: 'GET /repos/{owner}/{repo}/releases/{release_id}/assets',
      schema: apiAsset,
      release_id: id,
    }),
  )
  return listed?.map(({ state, digest, ...asset }) => ({
    ...asset,
    complete: state === 'uploaded',
    sha256: digest ?? digests.get(asset.id),
  }))
}

interface List<T> {
  readonly route: string
  readonly schema: z.ZodType<T>
  readonly release_id?: number
}

/** All items of a list of GitHub's. @throws as `ask` */
export async function pages<T>(api: Api, what: string, { route, schema, ...rest }: List<T>): Promise<T[]> {
  const { octokit, owner, repo } = api
  const items: T[] = []
  for (let page = 1; page <= mostPages; page++) {
    const { data, headers } = await ask(api, { what }, (request) =>
      octokit.request(route, { owner, repo, ...rest, per_page: 100, page, request }),
    )
    items.push(...parseAnswer(schema.array(), data))
    if (!/\brel="next"/.test(headers.link ?? '')) break
  }
  return items
}

function describe(release: ApiRelease, assets: readonly SeenAsset[]): SeenRelease {
  return {
    id: release.id,
    tag: release.tag_name,
    name: release.name ?? '',
    body: release.body ?? '',
    draft: release.draft,
    prerelease: release.prerelease,
    immutable: release.immutable ?? false,
    page: release.html_url,
    uploadUrl: release.upload_url,
    assets,
  }
}
