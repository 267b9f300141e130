import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Sha256 } from '../digest.ts'
import { digestSchema } from '../oci/digest.ts'
import { imageName, refName } from '../oci/layout-tree.ts'
import { openLayerBlob } from '../oci/open-layer-blob.ts'
import { largestDocument, parseDocument } from '../oci/parse-document.ts'
import { parseImageReference } from '../oci/reference.ts'
import { preloadedAt } from '../preload/preload-tree.ts'
import { type ImageDocuments, readImageDocuments } from '../preload/read-image-documents.ts'
import { fileOf } from '../tree/file-of.ts'
import { childPath } from '../tree/path.ts'
import { showPath } from '../verify/show.ts'
import { compareDiffIds } from './compare-layers.ts'
import { damaged } from './damaged.ts'
import { Findings } from './findings.ts'
import type { ListedImage } from './listed-image.ts'
import { type RootfsView, readFileAt } from './rootfs-view.ts'

const at = preloadedAt['oci-layout']

const layoutSchema = z.object({ imageLayoutVersion: z.literal('1.0.0') })

const indexSchema = z.object({
  schemaVersion: z.literal(2),
  manifests: z.array(
    z.object({
      digest: digestSchema,
      annotations: z.object({ [refName]: z.string(), [imageName]: z.string().optional() }),
    }),
  ),
})

/**
 * Holds an OCI layout (image-spec, "image-layout.md") against the listed images: its index names them and no others,
 * each is complete, every blob has its digest, every layer its diffID and size, and there are no other blobs.
 */
export async function checkLayout(view: RootfsView, listed: readonly ListedImage[]): Promise<string[]> {
  parseDocument(await read(view, 'oci-layout'), 'oci-layout', layoutSchema)
  const { manifests } = parseDocument(await read(view, 'index.json'), 'index.json', indexSchema)
  const named = Map.groupBy(manifests, ({ annotations }) => annotations[refName])
  const faults = [...named.keys()]
    .filter((name) => !listed.some((one) => one.name === name))
    .map((name) => `index.json names ${name}, which the manifest does not list`)
  for (const { annotations } of manifests) {
    const other = annotations[imageName] ?? annotations[refName]
    if (other !== annotations[refName])
      faults.push(`index.json names ${annotations[refName]} ${other} for containerd`)
  }
  const reached = new Set<string>(['oci-layout', 'index.json', 'blobs', 'blobs/sha256'])
  const layers = new Map<Sha256, { diffId: Sha256; size: number }>()
  for (const image of listed) {
    const [found, ...more] = named.get(image.name) ?? []
    if (found === undefined || more.length > 0)
      faults.push(`index.json names ${image.name} ${more.length > 0 ? 'more than once' : 'nowhere'}`)
    else if (found.digest !== image.manifest)
      faults.push(`${image.name} leads to the manifest ${found.digest}, not to ${image.manifest}`)
    const own = new Findings()
    await own.add('images', () => checkImage(view, image, { reached, layers }))
    faults.push(...own.list.map(({ message }) => message))
  }
  const stray = [...view.tree.keys()].filter(
    (path) => path.startsWith(`${at}/`) && !reached.has(path.slice(at.length + 1)),
  )
  return [...faults, ...stray.map((path) => `${showPath(path)} is of no image`)]
}

interface Seen {
  /** Paths below the layout that some image consists of. */
  readonly reached: Set<string>
  /** What the blobs of layers were found to unpack to. */
  readonly layers: Map<Sha256, { readonly diffId: Sha256; readonly size: number }>
}

async function checkImage(view: RootfsView, image: ListedImage, seen: Seen): Promise<string[]> {
  const { name } = image
  const blobs = (digest: Sha256) => {
    seen.reached.add(`blobs/sha256/${digest}`)
    return openBlob(view, digest)
  }
  const { architecture } = view.manifest
  const reference = parseImageReference(`${name}@sha256:${image.manifest}`)
  const documents = await readImageDocuments(reference, { architecture, openBlob: blobs })
  const faults = compareDiffIds(
    image,
    documents.layers.map(({ diffId }) => diffId),
  )
  if (documents.config.digest !== image.config)
    faults.push(`${name} has the configuration ${documents.config.digest}, not ${image.config}`)
  for (const [depth, { blob, diffId }] of documents.layers.entries()) {
    const label = `layer ${depth + 1} of ${name}`
    const found = seen.layers.get(blob.digest) ?? (await unpackLayer(blobs(blob.digest), blob, label))
    seen.layers.set(blob.digest, found)
    if (found.diffId !== diffId) faults.push(`${label} has the diffID ${found.diffId}, not ${diffId}`)
    const wanted = image.layers[depth]?.size
    if (wanted !== undefined && found.size !== wanted)
      faults.push(`${label} has ${found.size} bytes, not ${wanted}`)
  }
  return faults
}

async function unpackLayer(
  chunks: AsyncIterable<Uint8Array>,
  blob: ImageDocuments['layers'][number]['blob'],
  label: string,
): Promise<{ diffId: Sha256; size: number }> {
  const hash = createHash('sha256')
  let size = 0
  for await (const chunk of openLayerBlob(chunks, blob, label)) {
    hash.update(chunk)
    size += chunk.length
  }
  return { diffId: hash.digest('hex') as Sha256, size }
}

async function* openBlob({ tree, open }: RootfsView, digest: Sha256): AsyncGenerator<Uint8Array> {
  const path = childPath(at, `blobs/sha256/${digest}`)
  const file = fileOf(tree, tree.get(path))
  if (file === undefined) throw damaged(`${showPath(path)} is missing, or not a file`)
  yield* open(file)
}

function read(view: RootfsView, name: string): Promise<Buffer> {
  return readFileAt(view, `/${at}/${name}`, largestDocument)
}
