import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { codeOf } from '../../control-plane/running.ts'
import type { RuntimeImage } from './call.ts'

interface StoredImage {
  id: string
  names?: string[]
  digest?: string
}

/** The images of the storage, and those that a test lists by name. */
export function listImages(): RuntimeImage[] {
  const stored = read<StoredImage[]>('/var/lib/containers/storage/overlay-images/images.json') ?? []
  const listed = read<string[]>('/etc/kube-doubles/images.json') ?? []
  return [...stored.map(imageOf), ...listed.map(listedImage)]
}

export function findImage(name: string): RuntimeImage | undefined {
  const names = new Set([
    name,
    `docker.io/library/${name}`,
    `docker.io/${name}`,
    name.replace(/:[^:@/]+@/, '@'),
  ])
  return listImages().find(({ id, repoTags, repoDigests }) =>
    [id, ...repoTags, ...repoDigests].some((one) => names.has(one)),
  )
}

function imageOf({ id, names = [], digest = '' }: StoredImage): RuntimeImage {
  const tagged = names.filter((name) => !name.includes('@'))
  const digests = tagged.map((name) => `${name.replace(/:[^:/]+$/, '')}@${digest}`)
  return {
    id,
    repoTags: tagged,
    repoDigests: [...names.filter((name) => name.includes('@')), ...digests],
    size: 1_000_000,
  }
}

function listedImage(name: string): RuntimeImage {
  const id = createHash('sha256').update(name).digest('hex')
  const [base = name] = name.split(/(?::[^:/]+)?(?:@|$)/)
  return {
    id,
    repoTags: name.includes('@') ? [] : [name],
    repoDigests: [name.includes('@') ? name : `${base}@sha256:${id}`],
    size: 1_000_000,
  }
}

function read<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}
