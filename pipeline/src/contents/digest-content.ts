import { createHash } from 'node:crypto'
import type { FileEntry } from '../tree/entry.ts'
import type { ContentReader } from './content-reader.ts'

/**
 * The digest of a file's content, in lower-case hex.
 * @throws PipelineError `FILE_FAILED` when the content cannot be read.
 */
export async function digestContent(
  reader: ContentReader,
  entry: FileEntry,
  algorithm: 'sha1' | 'sha256',
): Promise<string> {
  const hash = createHash(algorithm)
  for await (const part of reader.borrow(entry)) hash.update(part)
  return hash.digest('hex')
}
