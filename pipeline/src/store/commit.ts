import { basename, dirname } from 'node:path'
import { type Expected, openDraft, type Written } from './draft.ts'
import { makeFolder } from './folder.ts'
import { temporaryPath } from './leftovers.ts'

export interface CommitOptions {
  readonly expected?: Expected
  /** Permission bits; without it, 0644 less the umask. */
  readonly mode?: number
}

/**
 * Writes a whole file or nothing: at `destination` stands what stood there before, or all of `chunks`. The
 * folders above it are made.
 * @throws PipelineError `CHECKSUM_MISMATCH`, `DISK_FULL`, `FILE_FAILED`, and whatever `chunks` throws
 */
export async function commitFile(
  destination: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { expected, mode }: CommitOptions = {},
): Promise<Written> {
  const folder = dirname(destination)
  await makeFolder(folder)
  const draft = await openDraft({ path: temporaryPath(folder), label: basename(destination), expected })
  try {
    for await (const chunk of chunks) await draft.append(chunk)
    const written = await draft.seal()
    await draft.publish(destination, mode)
    return written
  } catch (error) {
    await draft.discard()
    throw error
  }
}

/** {@link commitFile} for a text, in UTF-8. */
export function commitText(destination: string, text: string, options: CommitOptions = {}): Promise<Written> {
  return commitFile(destination, [Buffer.from(text)], options)
}
