import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { orFileError } from './file-error.ts'
import { namesIn } from './folder.ts'

/** A new name in `folder` for a file that is not finished. */
export function temporaryPath(folder: string): string {
  return join(folder, `.kaweezle-${randomBytes(8).toString('hex')}.tmp`)
}

/**
 * Removes the unfinished files that killed processes left directly in `folder`, which may be absent. Call it
 * before anything is written there, and while holding the build lock: it cannot tell a dead writer from a live
 * one, because process ids are reused and mean nothing in another container.
 * @throws PipelineError `FILE_FAILED`
 */
export async function removeLeftovers(folder: string): Promise<void> {
  await orFileError(folder, async () => {
    for (const name of await namesIn(folder)) {
      if (/^\.kaweezle-[0-9a-f]{16}\.tmp$/.test(name)) await rm(join(folder, name), { force: true })
    }
  })
}
