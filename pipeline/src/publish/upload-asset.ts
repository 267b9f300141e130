import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { PipelineError } from '../errors.ts'
import { redact } from '../fetch/redact.ts'
import { orFileError } from '../store/file-error.ts'
import { apiAsset, parseAnswer } from './api-schemas.ts'
import { type Api, ask } from './ask.ts'
import type { AssetSource } from './asset.ts'
import type { SeenRelease } from './state.ts'

/**
 * Uploads a file as it is read, with its length told before: GitHub takes no other uploads
 * (https://docs.github.com/en/rest/releases/assets#upload-a-release-asset). It is tried once: what a broken upload
 * leaves has to be removed first.
 * @throws Transient; PipelineError `RELEASE_REFUSED`, `CHECKSUM_MISMATCH` when the file has changed since it was
 *   hashed, `FILE_FAILED`, `INTERRUPTED`
 */
export async function uploadAsset(
  api: Api,
  release: SeenRelease,
  { asset, onBytes }: { asset: AssetSource; onBytes: (count: number) => void },
): Promise<void> {
  const what = `upload ${asset.name}`
  assertNoDowngrade(api.apiUrl, release.uploadUrl)
  const { idle } = api.limits
  // What goes wrong while reading comes back from fetch as something else.
  const read: { failure?: unknown } = {}
  const name = await ask(api, { what, time: idle }, async (request, { wait }) => {
    const onChunk = (count: number) => {
      wait(idle)
      onBytes(count)
    }
    try {
      const { data } = await api.octokit.request({
        method: 'POST',
        url: release.uploadUrl,
        name: asset.name,
        data: readAsset(asset, read, onChunk),
        headers: { 'content-type': asset.contentType, 'content-length': asset.size },
        request: { ...request, retries: 0 },
      })
      return parseAnswer(apiAsset, data).name
    } catch (error) {
      throw read.failure ?? error
    }
  })
  if (name === asset.name) return
  throw new PipelineError('RELEASE_INVALID', `GitHub calls ${asset.name} ${name}`, {
    hint: 'Use only letters, digits, dots, dashes and underscores in the names of files.',
  })
}

async function* readAsset(
  { from, name, size, sha256 }: AssetSource,
  read: { failure?: unknown },
  onChunk: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256')
  let count = 0
  let last: Uint8Array | undefined
  try {
    const chunks = typeof from === 'string' ? createReadStream(from, { highWaterMark: 1 << 18 }) : [from]
    for await (const chunk of chunks) {
      if (last !== undefined) yield last
      onChunk(last?.length ?? 0)
      hash.update(chunk)
      count += chunk.length
      last = chunk
      if (count > size) break
    }
    // Before the end goes out: without it GitHub keeps nothing.
    if (count !== size || hash.digest('hex') !== sha256) throw changed(name)
  } catch (error) {
    read.failure = await orFileError(String(from), () => Promise.reject(error)).catch((reason) => reason)
    throw error
  }
  if (last !== undefined) yield last
  onChunk(last?.length ?? 0)
}

/** The token goes where the API says; never over a connection that is less safe than the one to the API. */
function assertNoDowngrade(apiUrl: string, uploadUrl: string): void {
  if (uploadUrl.startsWith('https://') || (apiUrl.startsWith('http://') && uploadUrl.startsWith('http://')))
    return
  throw new PipelineError('RELEASE_REFUSED', `${redact(apiUrl)} wants uploads at ${redact(uploadUrl)}`, {
    hint: 'Uploads go over https only: correct the address that this server gives itself.',
  })
}

function changed(name: string): PipelineError {
  return new PipelineError('CHECKSUM_MISMATCH', `${name} has changed while it was being released`, {
    hint: 'Let nothing else write into that folder, and run it again.',
  })
}
