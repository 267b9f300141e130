import { readFile } from 'node:fs/promises'
import type { Architecture } from '../architecture.ts'
import { isSha256, type Sha256 } from '../digest.ts'
import { PipelineError } from '../errors.ts'
import type { Fetcher } from '../fetch/fetch.ts'
import type { Upstream } from '../fetch/upstream.ts'
import type { LockedBase } from '../locks/schema.ts'
import type { Recipe } from '../recipe/schema.ts'
import type { VerifiedBlob } from '../store/blob.ts'
import { parseLatestRelease } from './latest-release.ts'

export interface BaseQuestion {
  readonly base: Recipe['base']
  readonly architecture: Architecture
  readonly fetcher: Fetcher
  readonly upstream: Upstream
}

const announcementLimit = 1024 * 1024
const minirootfsLimit = 256 * 1024 * 1024

/**
 * Finds the exact minirootfs that a recipe means, and fetches it, checked against the size and digest that
 * Alpine publishes beside it.
 * @throws PipelineError those of the fetcher, and `ARCHIVE_INVALID`.
 */
export async function resolveBase(
  question: BaseQuestion,
): Promise<{ locked: LockedBase; blob: VerifiedBlob }> {
  const { base } = question
  return base.version === undefined ? newestOf(question) : exactly(question, base.version)
}

async function newestOf({ base, architecture, fetcher, upstream }: BaseQuestion) {
  const folder = `${base.release}/releases/${architecture}`
  const label = `${folder}/latest-releases.yaml`
  const release = parseLatestRelease(await readUpstream(label, { fetcher, upstream }), architecture, label)
  const { branch, version, size, sha256 } = release
  if (base.release !== 'latest-stable' && base.release !== branch) {
    throw new PipelineError('ARCHIVE_INVALID', `${label} announces a minirootfs of ${branch}`, {
      hint: 'Check that --mirror is an Alpine mirror.',
    })
  }
  const file = `${branch}/releases/${architecture}/${release.file}`
  const blob = await fetcher.fetchBlob({ ...upstream.onMirror(file), label: release.file, size, sha256 })
  return { locked: { release: branch, version, file, size, sha256 }, blob }
}

async function exactly({ base, architecture, fetcher, upstream }: BaseQuestion, version: string) {
  const name = `alpine-minirootfs-${version}-${architecture}.tar.gz`
  const file = `${base.release}/releases/${architecture}/${name}`
  const sha256 = parseSidecar(await readUpstream(`${file}.sha256`, { fetcher, upstream }), name)
  const blob = await fetcher.fetchUnlocked({
    ...upstream.onMirror(file),
    label: name,
    maximumSize: minirootfsLimit,
    verify: async (found) => {
      if (found.sha256 === sha256) return
      throw new PipelineError('CHECKSUM_MISMATCH', `${name} is not what ${name}.sha256 announces`, {
        hint: 'Use another mirror.',
      })
    },
  })
  return { locked: { release: base.release, version, file, size: blob.size, sha256 }, blob }
}

async function readUpstream(
  path: string,
  { fetcher, upstream }: Pick<BaseQuestion, 'fetcher' | 'upstream'>,
): Promise<string> {
  const request = { ...upstream.onMirror(path), label: path, maximumSize: announcementLimit }
  return readFile((await fetcher.fetchUnlocked(request)).path, 'utf8')
}

/** The form of `sha256sum`: the digest, two spaces, the file's name. */
function parseSidecar(text: string, name: string): Sha256 {
  const [digest = '', file] = text.trim().split(/ [ *]/)
  if (isSha256(digest) && file === name) return digest
  throw new PipelineError('ARCHIVE_INVALID', `${name}.sha256 does not hold the SHA-256 of ${name}`, {
    hint: 'Check that --mirror is an Alpine mirror.',
  })
}
