import { createHash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Sha256 } from '../digest.ts'
import { chunkSource } from '../tar/chunk-source.ts'
import type { OpenContent } from '../tar/write-tar.ts'
import type { FileEntry, Tree, TreePath } from '../tree/entry.ts'
import { childPath } from '../tree/path.ts'
import { invalidStorage } from './invalid-storage.ts'
import { LayerTree } from './layer-tree.ts'
import { layerMembers } from './split-layer.ts'
import type { Layer } from './stored-image.ts'
import { parseTarSplit, type TarSplitEntry } from './tar-split.ts'
import { isZlibError } from './zlib-error.ts'

interface StorageFiles {
  readonly at: TreePath
  readonly open: OpenContent
}

/**
 * The layer `id` of the storage at `at`, as the tar says it that its tar-split and its files make together; the
 * diffID is that tar's digest. Contents of the layer's entries are not to be read.
 * @throws PipelineError `ARCHIVE_INVALID` when there is no such tar.
 */
export async function readStoredLayer(tree: Tree, id: Sha256, { at, open }: StorageFiles): Promise<Layer> {
  const label = `layer ${id}`
  const tarSplit = fileAt(tree, childPath(at, `overlay-layers/${id}.tar-split.gz`))
  const diff = childPath(at, `overlay/${id}/diff`)
  const hash = createHash('sha256')
  let size = 0
  async function* tar(): AsyncGenerator<Uint8Array> {
    for await (const entry of parseTarSplit(gunzip(open(tarSplit), tarSplit.path), label)) {
      for await (const part of partsOf(entry)) {
        hash.update(part)
        size += part.length
        yield part
      }
    }
  }
  function partsOf(entry: TarSplitEntry): AsyncIterable<Uint8Array> | Uint8Array[] {
    if (entry.type === 'segment') return [entry.bytes]
    return entry.size === 0 ? [] : open(fileAt(tree, childPath(diff, entry.path), entry.size))
  }
  const layer = new LayerTree(label)
  for await (const member of layerMembers(chunkSource(tar()), label)) layer.add(member)
  return { ...layer.finish(''), diffId: hash.digest('hex') as Sha256, size, tarSplit }
}

function fileAt(tree: Tree, path: TreePath, size?: number): FileEntry {
  const entry = tree.get(path)
  const file = entry?.type === 'hardlink' ? tree.get(entry.target) : entry
  if (file?.type !== 'file') throw invalidStorage(path, 'is missing')
  if (size !== undefined && file.size !== size) throw invalidStorage(path, `has not the ${size} bytes it had`)
  return file
}

async function* gunzip(chunks: AsyncIterable<Uint8Array>, path: TreePath): AsyncGenerator<Uint8Array> {
  try {
    yield* pipeline(Readable.from(chunks), createGunzip(), () => {})
  } catch (error) {
    throw isZlibError(error) ? invalidStorage(path, 'is damaged', error) : error
  }
}
