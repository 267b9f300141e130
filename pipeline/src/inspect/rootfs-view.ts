import type { ContentReader } from '../contents/content-reader.ts'
import { readContent } from '../contents/read-content.ts'
import type { RootfsManifest } from '../describe/manifest.ts'
import type { OpenContent } from '../tar/write-tar.ts'
import type { Tree } from '../tree/entry.ts'
import { treePath } from '../tree/path.ts'
import { resolvePath } from '../tree/resolve.ts'
import { showPath } from '../verify/show.ts'
import { damaged } from './damaged.ts'

/** What the checks of a finished rootfs look at. */
export interface RootfsView {
  readonly manifest: RootfsManifest
  readonly tree: Tree
  readonly reader: ContentReader
  /** The contents of the tree's files, until the run is interrupted. */
  readonly open: OpenContent
  readonly signal: AbortSignal
}

/**
 * A small file of the rootfs, links followed, by its absolute path.
 * @throws PipelineError `ARCHIVE_INVALID` when it is missing, no file or larger than `limit` bytes; `FILE_FAILED`.
 */
export async function readFileAt({ tree, reader }: RootfsView, path: string, limit: number): Promise<Buffer> {
  const file = resolvePath(tree, treePath(path))
  if (file?.type !== 'file') throw damaged(`${showPath(path.slice(1))} is missing, or not a file`)
  return readContent(reader, file, limit)
}
