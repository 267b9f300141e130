import { type FileHandle, open } from 'node:fs/promises'
import { orFileError } from '../store/file-error.ts'
import { readTarFrom } from '../tar/read-tar.ts'
import type { TarSource } from '../tar/source.ts'
import type { Entry, Tree, TreePath } from '../tree/entry.ts'

/** Most contents are small: reading on is quicker than asking for each header, but for what is larger than this. */
const windowSize = 2 ** 20

/**
 * The tree of an uncompressed tar, whose contents are ranges of `file`; they are passed over, not read. People know
 * it as `label`.
 * @throws PipelineError `ARCHIVE_INVALID` when the file is cut off or damaged, `FILE_FAILED` when it cannot be read.
 */
export async function readTree(file: string, label = file): Promise<Tree> {
  await using handle = await orFileError(file, () => open(file))
  const { size } = await orFileError(file, () => handle.stat())
  const tree = new Map<TreePath, Entry>()
  for await (const member of readTarFrom(fileSource(handle, file, size), { label })) {
    const { offset, content: _, ...header } = member
    tree.set(header.path, header.type === 'file' ? { ...header, content: { file, offset } } : header)
  }
  return tree
}

function fileSource(handle: FileHandle, file: string, size: number): TarSource {
  let position = 0
  let windowStart = 0
  let windowEnd = 0
  const window = Buffer.allocUnsafe(windowSize)
  return {
    get position() {
      return position
    },
    async some(most) {
      if (position >= windowEnd) {
        const { bytesRead } = await orFileError(file, () => handle.read(window, 0, windowSize, position))
        windowStart = position
        windowEnd = position + bytesRead
      }
      const part = window.subarray(position - windowStart, Math.min(position + most, windowEnd) - windowStart)
      position += part.length
      return part
    },
    async skip(length) {
      const skipped = Math.min(length, Math.max(0, size - position))
      position += skipped
      return skipped
    },
    async close() {},
  }
}
