import { isRefusedWith, unlessMissing } from './api-error.ts'
import { apiRelease, parseAnswer } from './api-schemas.ts'
import { type Api, ask } from './ask.ts'
import type { GitHub } from './github.ts'
import { hashRemote } from './hash-remote.ts'
import { lookFor, type Memory } from './look.ts'
import { mark, unmarked, type WantedRelease } from './state.ts'
import { uploadAsset } from './upload-asset.ts'

/** What Octokit is told of each write: whether it had an effect shows the next look, and not a second write. */
const once = { retries: 0 } as const

/** Releases of one repository through GitHub's API, that of an Enterprise Server too. */
export function openGitHub(api: Api): GitHub {
  const { octokit, owner, repo } = api
  const place = { owner, repo }
  const memory: Memory = { made: new Set(), digests: new Map() }

  async function resolveCommit(name: string): Promise<string | undefined> {
    try {
      return await ask(api, { what: `look for the commit ${name}` }, async (request) => {
        const { data } = await octokit.request('GET /repos/{owner}/{repo}/commits/{ref}', {
          ...place,
          ref: name,
          // The only thing wanted of it; annotated tags are followed.
          headers: { accept: 'application/vnd.github.sha' },
          request,
        })
        return String(data).trim()
      })
    } catch (error) {
      // 409: the repository is empty; 422: no commit of that name.
      if (isRefusedWith(error, 404, 409, 422)) return undefined
      throw error
    }
  }

  /** What is gone already needs no deleting. */
  async function remove(what: string, route: string, parameters: Record<string, number>): Promise<void> {
    await unlessMissing(
      ask(api, { what }, (request) =>
        octokit.request(route, { ...place, ...parameters, request: { ...request, ...once } }),
      ),
    )
  }

  async function patch(what: string, release_id: number, changes: Record<string, unknown>): Promise<void> {
    await ask(api, { what }, (request) =>
      octokit.request('PATCH /repos/{owner}/{repo}/releases/{release_id}', {
        ...place,
        release_id,
        ...changes,
        request: { ...request, ...once },
      }),
    )
  }

  return {
    resolveCommit,
    async look(tag) {
      const releases = await lookFor(api, tag, memory)
      return { releases, tagCommit: await resolveCommit(`tags/${tag}`) }
    },
    async createDraft({ tag, name, notes, prerelease, commit }) {
      await ask(api, { what: `create a draft of ${tag}` }, async (request) => {
        const { data } = await octokit.request('POST /repos/{owner}/{repo}/releases', {
          ...place,
          tag_name: tag,
          ...target(commit),
          name,
          body: `${notes.text}\n\n${mark}`,
          draft: true,
          prerelease,
          request: { ...request, ...once },
        })
        memory.made.add(parseAnswer(apiRelease, data).id)
      })
    },
    updateDraft: ({ id, tag }, { notes, prerelease }) =>
      patch(`update the draft of ${tag}`, id, {
        prerelease,
        ...(notes.given && { body: `${notes.text}\n\n${mark}` }),
      }),
    publish: ({ id, tag, body }, wanted) =>
      patch(`publish ${tag}`, id, {
        draft: false,
        tag_name: tag,
        ...target(wanted.commit),
        body: wanted.notes.given ? wanted.notes.text : unmarked(body),
        prerelease: wanted.prerelease,
        make_latest: latest(wanted),
      }),
    deleteRelease: ({ id, tag }) =>
      remove(`delete a release ${tag}`, 'DELETE /repos/{owner}/{repo}/releases/{release_id}', {
        release_id: id,
      }),
    deleteAsset: ({ id, name }) =>
      remove(`delete ${name}`, 'DELETE /repos/{owner}/{repo}/releases/assets/{asset_id}', { asset_id: id }),
    upload: (release, asset, onBytes) => uploadAsset(api, release, { asset, onBytes }),
    async hashAsset(asset) {
      const sha256 = await hashRemote(api, asset)
      memory.digests.set(asset.id, sha256)
    },
    async moveTag(tag, sha) {
      await ask(api, { what: `move the tag ${tag}` }, (request) =>
        octokit.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
          ...place,
          ref: `tags/${tag}`,
          sha,
          force: true,
          request: { ...request, ...once },
        }),
      )
    },
  }
}

function target(commit: string | undefined) {
  return commit === undefined ? {} : { target_commitish: commit }
}

/** GitHub refuses a pre-release that is to be the latest. */
function latest({ prerelease, makeLatest }: WantedRelease): 'true' | 'false' | 'legacy' {
  return prerelease ? 'false' : makeLatest
}
