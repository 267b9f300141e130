import type { ContentReader } from '../contents/content-reader.ts'
import type { Progress } from '../progress.ts'
import { writeTar } from '../tar/write-tar.ts'
import type { Tree, TreePath } from '../tree/entry.ts'

export interface PackOptions {
  readonly reader: Pick<ContentReader, 'borrow'>
  /** The path of the file to write. What stands there stays until the new one is whole. */
  readonly destination: string
  /** Told the bytes of the uncompressed tar. */
  readonly progress?: Progress
  readonly signal: AbortSignal
}

type OnMember = (path: TreePath, bytes: number) => void

/** A canonical tree as a tar that tells its progress and ends with the signal's reason when that fires. */
export async function* watchedTar(
  tree: Tree,
  { reader, progress, signal }: PackOptions,
  onMember?: OnMember,
): AsyncGenerator<Uint8Array> {
  let done = 0
  for await (const part of writeTar(tree, (entry) => reader.borrow(entry), { onMember })) {
    signal.throwIfAborted()
    done += part.length
    progress?.bytes?.(done)
    yield part
  }
}
