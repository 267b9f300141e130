import { createHash } from 'node:crypto'
import type { Sha256 } from '../digest.ts'
import { Transient } from '../fetch/transient.ts'
import { unreachable } from './api-error.ts'
import { type Api, ask } from './ask.ts'
import type { SeenAsset } from './state.ts'

/**
 * Downloads a file of a release, drafts included, and hashes it
 * (https://docs.github.com/en/rest/releases/assets#get-a-release-asset). fetch leaves the token behind when GitHub
 * sends it on to another host.
 * @throws as {@link ask}
 */
export async function hashRemote(api: Api, { id, name, size }: SeenAsset): Promise<Sha256> {
  const { octokit, owner, repo, limits } = api
  const what = `download ${name}`
  return ask(api, { what, time: limits.idle }, async (request, { wait }) => {
    const { data } = await octokit.request('GET /repos/{owner}/{repo}/releases/assets/{asset_id}', {
      owner,
      repo,
      asset_id: id,
      headers: { accept: 'application/octet-stream' },
      request: { ...request, parseSuccessResponseBody: false },
    })
    const hash = createHash('sha256')
    let count = 0
    try {
      for await (const chunk of data as unknown as AsyncIterable<Uint8Array>) {
        wait(limits.idle)
        hash.update(chunk)
        count += chunk.length
        if (count > size) break
      }
    } catch {
      request.signal.throwIfAborted()
      throw new Transient(
        unreachable(`the connection broke after ${count} of ${size} bytes`, { what }),
        undefined,
      )
    }
    if (count !== size) throw new Transient(unreachable(`${count} bytes came, not ${size}`, { what }))
    return hash.digest('hex') as Sha256
  })
}
