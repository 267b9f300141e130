import { PipelineError } from '../errors.ts'
import type { FileEntry } from '../tree/entry.ts'
import { displayPath } from '../tree/path.ts'
import type { ContentReader } from './content-reader.ts'

/**
 * The whole content of a file, for files that are small by their nature.
 * @throws PipelineError `ARCHIVE_INVALID` when it is larger than `limit` bytes, `FILE_FAILED` when it cannot be read.
 */
export async function readContent(reader: ContentReader, entry: FileEntry, limit: number): Promise<Buffer> {
  if (entry.size > limit) {
    const name = displayPath(entry.path)
    throw new PipelineError(
      'ARCHIVE_INVALID',
      `${name} has ${entry.size} bytes, more than the ${limit} it may have`,
      {
        hint: 'Find out what made this file so large.',
      },
    )
  }
  const content = Buffer.allocUnsafe(entry.size)
  let filled = 0
  for await (const part of reader.borrow(entry)) {
    content.set(part, filled)
    filled += part.length
  }
  return content
}
