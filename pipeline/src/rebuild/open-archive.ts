import { open } from 'node:fs/promises'
import { readTarBytes } from '../diff/archive-file.ts'
import { shownPath } from '../render/shown-path.ts'
import { orFileError } from '../store/file-error.ts'
import type { Archive } from './first-difference.ts'

/** A tar on the disk, packed or not, that is read as long as the signal has not fired. */
export function openArchive(file: string, signal: AbortSignal): Archive {
  const label = shownPath(file)
  async function* read(): AsyncGenerator<Uint8Array, void, undefined> {
    await using handle = await orFileError(file, () => open(file))
    for await (const part of readTarBytes(handle, file, label)) {
      signal.throwIfAborted()
      yield part
    }
  }
  return { label, open: read }
}
