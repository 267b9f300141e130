import type { Sha256 } from '../digest.ts'
import type { Entry, FileEntry, Tree, TreePath } from '../tree/entry.ts'
import { childPath } from '../tree/path.ts'
import { imageRecords } from './image-records.ts'
import { shortName } from './layer-ids.ts'
import { layerRecords } from './layer-records.ts'
import type { StoredImage } from './stored-image.ts'

export interface StorageOptions {
  /** The directory that becomes the storage, e.g. `var/lib/containers/storage`. */
  readonly at: TreePath
  /** Seconds since 1970: the time of the storage's own entries, which no entry of a layer is younger than. */
  readonly epoch: number
}

/** Empty: who opens the storage for writing fills them. */
const lockFiles = [
  'overlay-containers/containers.lock',
  'overlay-images/images.lock',
  'overlay-layers/layers.lock',
  'storage.lock',
  'userns.lock',
]

/**
 * An overlay container storage (containers/storage, as Podman and CRI-O read it) with `images`, as a canonical tree
 * below `at`, which is its first entry. It depends on the images and the options only: not on their order, and
 * without the random names and times that the library itself writes. A layer that several images have is there once.
 * @throws Error when two images claim the same name.
 */
export function storageTree(images: readonly StoredImage[], { at, epoch }: StorageOptions): Tree {
  const entries: Entry[] = []
  const put = (path: string, entry: Given): void => {
    const placed = path === '' ? at : childPath(at, path)
    const mtime = Math.max(0, Math.min(entry.mtime ?? epoch, epoch))
    entries.push({ uid: 0, gid: 0, ...entry, mtime, path: placed } as Entry)
  }
  const putText = (path: string, text: string, mode: number): void => put(path, { ...file(text), mode })

  for (const path of ['', 'overlay', 'overlay-containers', 'overlay-images', 'overlay-layers'])
    put(path, privateDirectory)
  put('overlay/l', { type: 'directory', mode: 0o755 })
  for (const path of lockFiles) putText(path, '', 0o644)

  const layers = layerRecords(images, epoch)
  putText('overlay-layers/layers.json', JSON.stringify(layers.map(({ record }) => record)), 0o600)
  for (const { id, lower, layer } of layers) {
    const folder = `overlay/${id}`
    put(folder, privateDirectory)
    for (const name of ['merged', 'work', ...(lower.length === 0 ? ['empty'] : [])])
      put(`${folder}/${name}`, privateDirectory)
    putText(`${folder}/link`, shortName(id), 0o644)
    if (lower.length > 0) putText(`${folder}/lower`, lowerNames(lower), 0o644)
    put(`overlay/l/${shortName(id)}`, { type: 'symlink', target: `../${id}/diff`, mode: 0o777 })
    put(`overlay-layers/${id}.tar-split.gz`, { type: 'file', mode: 0o600, ...layer.tarSplit })
    for (const [path, entry] of layer.entries) {
      const place = (inside: TreePath) => (inside === '' ? `${folder}/diff` : `${folder}/diff/${inside}`)
      const target = entry.type === 'hardlink' ? { target: childPath(at, place(entry.target)) } : {}
      put(place(path), { ...entry, ...target })
    }
  }

  const stored = imageRecords(images)
  putText('overlay-images/images.json', JSON.stringify(stored.map(({ record }) => record)), 0o600)
  for (const { id, documents } of stored) {
    put(`overlay-images/${id}`, privateDirectory)
    for (const [key, bytes] of documents)
      put(`overlay-images/${id}/${documentFile(key)}`, { ...file(bytes), mode: 0o600 })
  }
  return new Map(entries.sort(byPath).map((entry) => [entry.path, entry]))
}

/** The file that containers/storage keeps a document in: its key, or `=` and the key in base 64. */
export function documentFile(key: string): string {
  return /^[A-Za-z0-9.]+$/.test(key) ? key : `=${Buffer.from(key).toString('base64')}`
}

type Given<T = Entry> = T extends Entry
  ? Omit<T, 'path' | 'uid' | 'gid' | 'mtime'> & Partial<Pick<T, 'uid' | 'gid' | 'mtime'>>
  : never

const privateDirectory = { type: 'directory', mode: 0o700 } as const

function file(content: string | Uint8Array): Pick<FileEntry, 'type' | 'size' | 'content'> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content
  return { type: 'file', size: bytes.length, content: { bytes } }
}

/** Nearest first. */
function lowerNames(lower: readonly Sha256[]): string {
  return lower
    .map((id) => `l/${shortName(id)}`)
    .toReversed()
    .join(':')
}

function byPath(a: Entry, b: Entry): number {
  return a.path < b.path ? -1 : 1
}
