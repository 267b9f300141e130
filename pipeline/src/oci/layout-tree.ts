import type { Sha256 } from '../digest.ts'
import type { Content, Entry, Tree, TreePath } from '../tree/entry.ts'
import { childPath } from '../tree/path.ts'
import { formatDigest } from './digest.ts'
import { parseImageManifest } from './manifest.ts'
import { manifestMediaTypes } from './media-types.ts'
import type { StorageOptions } from './storage-tree.ts'
import type { StoredImage } from './stored-image.ts'

export interface LayoutOptions extends StorageOptions {
  /** Where the compressed blob of a layer lies. */
  readonly blobOf: (digest: Sha256) => Content
}

/**
 * An OCI image layout (image-spec, "image-layout.md") with `images`, as a tree below `at`, which is its first entry.
 * It depends on the images and the options only, not on their order. Each is listed by the manifest for its platform,
 * since an index would name images of other platforms, which are not there, and under its tag, for Podman and skopeo
 * by the annotation of the specification, for containerd by its own.
 */
export function layoutTree(images: readonly StoredImage[], { at, epoch, blobOf }: LayoutOptions): Tree {
  const entries = new Map<TreePath, Entry>()
  const common = { uid: 0, gid: 0, mtime: epoch }
  const putFile = (name: string, size: number, content: Content): void => {
    const path = childPath(at, name)
    entries.set(path, { ...common, type: 'file', path, mode: 0o644, size, content })
  }
  const putBytes = (name: string, bytes: Uint8Array): void => putFile(name, bytes.length, { bytes })

  for (const name of ['', 'blobs', 'blobs/sha256']) {
    const path = name === '' ? at : childPath(at, name)
    entries.set(path, { ...common, type: 'directory', path, mode: 0o755 })
  }
  for (const { manifest, config, layers } of images) {
    for (const { digest, bytes } of [manifest, config]) putBytes(`blobs/sha256/${digest}`, bytes)
    for (const { blob } of layers) putFile(`blobs/sha256/${blob.digest}`, blob.size, blobOf(blob.digest))
  }
  putBytes('oci-layout', json({ imageLayoutVersion: '1.0.0' }))
  putBytes('index.json', json({ schemaVersion: 2, manifests: images.flatMap(listed).toSorted(byName) }))
  return new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** By which skopeo, Podman and umoci find an image (image-spec, "annotations.md"). */
export const refName = 'org.opencontainers.image.ref.name'
/** By which containerd imports an image; it takes the other one for a tag. */
export const imageName = 'io.containerd.image.name'

function listed({ names, manifest }: StoredImage) {
  const { mediaType = manifestMediaTypes[0] } = parseImageManifest(manifest.bytes, names[0] ?? 'an image')
  const tagged = names.filter((name) => !name.includes('@'))
  return tagged.map((name) => ({
    mediaType,
    digest: formatDigest(manifest.digest),
    size: manifest.bytes.length,
    annotations: { [imageName]: name, [refName]: name },
  }))
}

function byName(a: ReturnType<typeof listed>[number], b: ReturnType<typeof listed>[number]): number {
  return (a.annotations[refName] ?? '') < (b.annotations[refName] ?? '') ? -1 : 1
}

function json(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}
