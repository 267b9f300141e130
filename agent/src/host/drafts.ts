import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import type { Files } from './host.ts'

const draftPattern = /^\..+\.[0-9a-f]{12}\.iknite$/

/** Where a file is written before it takes the place of `path`: beside it, under a name that nothing else has. */
export function draftOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.iknite`)
}

/**
 * Removes the drafts that killed runs left. For the holder of the lock: those of a run at work would go as well.
 * @throws AgentError as {@link Files}
 */
export async function removeDrafts(files: Files, folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const drafts = (await files.list(folder)).filter((name) => draftPattern.test(name))
    for (const name of drafts) await files.remove(join(folder, name))
  }
}
