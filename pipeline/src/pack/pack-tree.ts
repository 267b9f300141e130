import { createHash } from 'node:crypto'
import { isSha256, type Sha256 } from '../digest.ts'
import { gzip } from '../gzip/gzip.ts'
import type { PackedBytes } from '../packed-bytes.ts'
import { commitFile } from '../store/commit.ts'
import type { Written } from '../store/draft.ts'
import type { Tree, TreePath } from '../tree/entry.ts'
import { MemberSizes } from './member-sizes.ts'
import { type PackOptions, watchedTar } from './watched-tar.ts'

export interface Packed extends Written {
  /** Bytes of the tar inside. */
  readonly tarSize: number
  readonly tarSha256: Sha256
  /** What each member takes. */
  readonly members: ReadonlyMap<TreePath, PackedBytes>
}

/**
 * Writes a canonical tree as a compressed tar, in one pass that also hashes both.
 * @throws PipelineError `FILE_FAILED`, `DISK_FULL`; and the signal's reason. Then nothing was written.
 */
export async function packTree(tree: Tree, options: PackOptions): Promise<Packed> {
  const hash = createHash('sha256')
  const sizes = new MemberSizes()
  let tarSize = 0

  async function* hashedTar(): AsyncGenerator<Uint8Array> {
    for await (const part of watchedTar(tree, options, (path, bytes) => sizes.begin(path, bytes))) {
      hash.update(part)
      tarSize += part.length
      yield part
    }
  }

  const onBlock = (packed: number, unpacked: number) => sizes.pack(packed, unpacked)
  const written = await commitFile(options.destination, gzip(hashedTar(), { onBlock }))
  const tarSha256 = hash.digest('hex')
  if (!isSha256(tarSha256)) throw new Error('node:crypto gave no SHA-256')
  return { ...written, tarSize, tarSha256, members: sizes.members }
}
