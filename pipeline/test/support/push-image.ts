import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Descriptor } from './make-image.ts'

export interface PushOptions {
  readonly repository: string
  readonly tag: string
  /** What to push; without it, what the layout's `index.json` has under the tag. */
  readonly top?: Descriptor
  /** The header of every request. */
  readonly authorization?: string
}

/** What a manifest or an index leads to. */
interface Listed {
  readonly manifests?: readonly Descriptor[]
  readonly config?: Descriptor
  readonly layers?: readonly Descriptor[]
}

/** Pushes an image through the registry's API (distribution-spec, "Push"): what it leads to comes before itself. */
export async function pushImage(
  address: string,
  folder: string,
  { repository, tag, top, authorization }: PushOptions,
): Promise<Descriptor> {
  const base = `http://${address}/v2/${repository}`
  const pushed = new Set<string>()
  const read = (digest: string) => readFile(join(folder, 'blobs/sha256', digest.replace('sha256:', '')))

  async function sent(url: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...init.headers, ...(authorization !== undefined && { authorization }) }
    const response = await fetch(url, { ...init, headers })
    const text = await response.text()
    if (!response.ok) throw new Error(`${init.method} ${url}: ${response.status} ${text}`)
    return response
  }

  async function pushBlob({ digest }: Descriptor): Promise<void> {
    if (pushed.has(digest)) return
    pushed.add(digest)
    const started = await sent(`${base}/blobs/uploads/`, { method: 'POST' })
    const place = new URL(started.headers.get('location') ?? '', base)
    place.searchParams.set('digest', digest)
    const headers = { 'content-type': 'application/octet-stream' }
    await sent(place.href, { method: 'PUT', headers, body: await read(digest) })
  }

  async function pushManifest({ digest, mediaType }: Descriptor, name: string): Promise<void> {
    const body = await read(digest)
    const { manifests = [], config, layers = [] }: Listed = JSON.parse(body.toString())
    for (const manifest of manifests) await pushManifest(manifest, manifest.digest)
    for (const blob of config === undefined ? layers : [config, ...layers]) await pushBlob(blob)
    await sent(`${base}/manifests/${name}`, { method: 'PUT', headers: { 'content-type': mediaType }, body })
  }

  const descriptor = top ?? (await tagged(folder, tag))
  await pushManifest(descriptor, tag)
  return descriptor
}

async function tagged(folder: string, tag: string): Promise<Descriptor> {
  const { manifests } = JSON.parse(await readFile(join(folder, 'index.json'), 'utf8'))
  const name = 'org.opencontainers.image.ref.name'
  const found = manifests.find(
    (entry: { annotations?: object }) => Reflect.get(entry.annotations ?? {}, name) === tag,
  )
  if (found === undefined) throw new Error(`${folder} has nothing tagged ${tag}`)
  return found
}
