import { createHash } from 'node:crypto'
import { PipelineError } from '../errors.ts'
import { paddingOf } from '../tar/format.ts'
import type { OpenContent } from '../tar/write-tar.ts'
import type { FileEntry } from '../tree/entry.ts'
import { displayPath } from '../tree/path.ts'
import { encodeEntry } from './encode-entry.ts'
import type { PayloadEntry } from './payload.ts'
import { endOfTar } from './tar.ts'

/**
 * Writes the tar of a data member (apk v2), whose contents must be those that the payload's checksums are of.
 * Memory does not depend on their size.
 * @throws PipelineError `FILE_FAILED` when a content has changed.
 */
export async function* writeData(
  payload: readonly PayloadEntry[],
  openContent: OpenContent,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (const { entry, ...extras } of payload) {
    yield encodeEntry(entry, extras)
    if (entry.type !== 'file') continue
    const hash = createHash('sha1')
    let missing = entry.size
    for await (const part of openContent(entry)) {
      missing -= part.length
      if (missing < 0) throw changed(entry)
      hash.update(part)
      yield part
    }
    if (missing > 0 || hash.digest('hex') !== extras.checksum) throw changed(entry)
    yield endOfTar.subarray(0, paddingOf(entry.size))
  }
  yield endOfTar
}

function changed({ path }: FileEntry): PipelineError {
  return new PipelineError('FILE_FAILED', `${displayPath(path)} changed while its package was written`, {
    hint: 'Run the build again; something else may be writing to its work folder.',
  })
}
