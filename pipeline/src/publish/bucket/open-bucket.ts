import { z } from 'zod'
import { Transient } from '../../fetch/transient.ts'
import { isRefusedWith, unlessMissing } from '../api-error.ts'
import { parseAnswer } from '../api-schemas.ts'
import { type Api, ask } from '../ask.ts'
import type { BucketAction } from './plan-bucket.ts'
import {
  proposalBranch,
  type SeenBucket,
  type SeenFile,
  type SeenProposal,
  scoopFile,
  type WantedManifest,
} from './state.ts'

/** https://docs.github.com/en/rest/repos/repos#get-a-repository */
const repository = z.object({ default_branch: z.string() })
/** https://docs.github.com/en/rest/repos/contents#get-repository-content */
const file = z.object({ sha: z.string(), content: z.string(), encoding: z.literal('base64') })
/** https://docs.github.com/en/rest/git/refs#get-a-reference */
const reference = z.object({ object: z.object({ sha: z.string() }) })
/** https://docs.github.com/en/rest/pulls/pulls#list-pull-requests */
const pulls = z.array(z.object({ html_url: z.string() }))

/** A bucket of scoop on GitHub. Both throw as `ask`. */
export interface Bucket {
  look(): Promise<SeenBucket>
  perform(action: BucketAction): Promise<void>
}

export function openBucket(api: Api, { text, version, origin, proposed }: WantedManifest): Bucket {
  const { octokit, owner, repo } = api
  const place = { owner, repo }
  const name = `${owner}/${repo}`
  const title = `kaweezle: Update to version ${version}`

  async function read<T>(what: string, schema: z.ZodType<T>, call: readonly [string, object]): Promise<T> {
    const [route, parameters] = call
    return ask(api, { what }, async (request) => {
      const { data } = await octokit.request(route, { ...place, ...parameters, request })
      return parseAnswer(schema, data)
    })
  }

  /** Whatever changed meanwhile, or is there already, shows the next look. */
  async function write(what: string, route: string, parameters: object): Promise<void> {
    try {
      await ask(api, { what }, (request) =>
        octokit.request(route, { ...place, ...parameters, request: { ...request, retries: 0 } }),
      )
    } catch (error) {
      throw isRefusedWith(error, 409, 422) ? new Transient(error, 0) : error
    }
  }

  async function readFile(branch: string): Promise<SeenFile | undefined> {
    const what = `read ${scoopFile} of ${name}`
    const found = await unlessMissing(
      read(what, file, ['GET /repos/{owner}/{repo}/contents/{path}', { path: scoopFile, ref: branch }]),
    )
    return found && { sha: found.sha, text: Buffer.from(found.content, 'base64').toString() }
  }

  const readReference = (branch: string) =>
    read(`look for the branch ${branch} of ${name}`, reference, [
      'GET /repos/{owner}/{repo}/git/ref/{ref}',
      { ref: `heads/${branch}` },
    ])

  async function readProposal(): Promise<SeenProposal> {
    const branch = proposalBranch(version)
    const isBegun = (await unlessMissing(readReference(branch))) !== undefined
    const [pull] = await read(`list the pull requests of ${name}`, pulls, [
      'GET /repos/{owner}/{repo}/pulls',
      { head: `${owner}:${branch}`, state: 'all' },
    ])
    return { isBegun, file: isBegun ? await readFile(branch) : undefined, page: pull?.html_url }
  }

  return {
    async look() {
      // First: of what may not be seen, GitHub says that it is not there, as of a file that is not.
      const { default_branch: branch } = await read(`look at ${name}`, repository, [
        'GET /repos/{owner}/{repo}',
        {},
      ])
      return { branch, file: await readFile(branch), proposal: proposed ? await readProposal() : undefined }
    },

    async perform(action) {
      switch (action.kind) {
        case 'begin-branch': {
          const { sha } = (await readReference(action.from)).object
          const ref = `refs/heads/${action.branch}`
          return write(`make a branch of ${name}`, 'POST /repos/{owner}/{repo}/git/refs', { ref, sha })
        }
        case 'commit':
          return write(`commit ${scoopFile} to ${name}`, 'PUT /repos/{owner}/{repo}/contents/{path}', {
            path: scoopFile,
            branch: action.branch,
            message: title,
            content: Buffer.from(text).toString('base64'),
            ...(action.replaces && { sha: action.replaces.sha }),
          })
        case 'propose':
          return write(`open a pull request of ${name}`, 'POST /repos/{owner}/{repo}/pulls', {
            title,
            head: action.branch,
            base: action.into,
            body: `Version ${version} of ${origin}.`,
          })
      }
    },
  }
}
