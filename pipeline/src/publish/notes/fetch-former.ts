import { readFile } from 'node:fs/promises'
import { parseChecksums } from '@kaweezle/release-format/checksums.ts'
import { FormatError } from '@kaweezle/release-format/format-error.ts'
import { checksumsFile, releaseFiles } from '@kaweezle/release-format/release-files.ts'
import type { Architecture } from '../../architecture.ts'
import type { SideFiles } from '../../diff/find-side.ts'
import { isSha256, type Sha256 } from '../../digest.ts'
import { PipelineError } from '../../errors.ts'
import type { Fetcher } from '../../fetch/fetch.ts'
import { httpSource } from '../../fetch/http-source.ts'
import type { Source } from '../../fetch/source.ts'
import { orFileError } from '../../store/file-error.ts'
import { apiAsset } from '../api-schemas.ts'
import type { Api } from '../ask.ts'
import { pages } from '../look.ts'
import type { PublishedRelease } from './choose-former.ts'

type Asset = ReturnType<typeof apiAsset.parse>

/** Bytes of a manifest, and of a list of digests. */
const largestText = 16 * 2 ** 20

/** The files of one release, to be fetched. */
export interface FormerFiles {
  /**
   * Manifest and rootfs of one architecture, in the store, each with the digest that GitHub tells, or else SHA256SUMS.
   * @throws PipelineError `SOURCE_MISSING` when the release has not both; as `Fetcher` says
   */
  fetch(architecture: Architecture): Promise<SideFiles>
}

/** @throws as `ask` */
export async function openFormer(
  api: Api,
  { id, tag }: PublishedRelease,
  fetcher: Fetcher,
): Promise<FormerFiles> {
  const listed = await pages(api, `list the files of ${tag}`, {
    route: 'GET /repos/{owner}/{repo}/releases/{release_id}/assets',
    schema: apiAsset,
    release_id: id,
  })
  const source = assetSource(api)
  const place = ({ id }: Asset) => ({ source, path: `repos/${api.owner}/${api.repo}/releases/assets/${id}` })

  function find(name: string): Asset {
    const asset = listed.find((one) => one.name === name && one.state === 'uploaded')
    if (asset === undefined) throw new PipelineError('SOURCE_MISSING', `${tag} has no ${name}`)
    return asset
  }

  async function readChecksums(): Promise<ReadonlyMap<string, string>> {
    const asset = find(checksumsFile)
    const request = { ...place(asset), label: `${checksumsFile} of ${tag}`, maximumSize: largestText }
    const { path } = await fetcher.fetchUnlocked(request)
    try {
      return parseChecksums(await orFileError(path, () => readFile(path, 'utf8')))
    } catch (cause) {
      if (!(cause instanceof FormatError)) throw cause
      throw new PipelineError('ARCHIVE_INVALID', `${checksumsFile} of ${tag} ${cause.message}`, { cause })
    }
  }

  let checksums: Promise<ReadonlyMap<string, string>> | undefined
  async function digestOf({ name, digest }: Asset): Promise<Sha256> {
    if (digest !== undefined) return digest
    checksums ??= readChecksums()
    const listed = (await checksums).get(name) ?? ''
    if (isSha256(listed)) return listed
    throw new PipelineError('SOURCE_MISSING', `${checksumsFile} of ${tag} does not list ${name}`)
  }

  async function fetchFile(name: string): Promise<string> {
    const asset = find(name)
    const { size } = asset
    const label = `${name} of ${tag}`
    return (await fetcher.fetchBlob({ ...place(asset), label, size, sha256: await digestOf(asset) })).path
  }

  return {
    async fetch(architecture) {
      const { manifest, rootfs } = releaseFiles(architecture)
      find(rootfs)
      return { manifest: await fetchFile(manifest), rootfs: await fetchFile(rootfs) }
    },
  }
}

/** Assets by the API, which drafts and private repositories need. Where it redirects to, the token does not go. */
function assetSource({ apiUrl, token }: Api): Source {
  return httpSource(new URL(apiUrl), process.env, {
    headers: { accept: 'application/octet-stream', authorization: `Bearer ${token.text}` },
    hint: () => 'Give --notes-since none to compare with nothing.',
  })
}
