import { createHash, randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { orFileError } from './file-error.ts'
import { isProcessAlive } from './process-identity.ts'

/** A new name in `folder` for a file that is not finished. It tells whose it is. */
export function temporaryPath(folder: string): string {
  return join(folder, `.kaweezle-${hostMark()}-${process.pid}-${randomBytes(8).toString('hex')}.tmp`)
}

/**
 * Removes the unfinished files that killed processes of this machine left directly in `folder`.
 * @throws KaweezleError `FILE_FAILED`
 */
export async function removeLeftovers(folder: string): Promise<void> {
  await orFileError(folder, async () => {
    for (const name of await readdir(folder)) {
      const [, host, pid] = /^\.kaweezle-([0-9a-f]{8})-(\d+)-[0-9a-f]{16}\.tmp$/.exec(name) ?? []
      // A home folder may be shared by machines: process ids mean nothing on another one.
      if (host === hostMark() && !isProcessAlive(Number(pid))) await rm(join(folder, name), { force: true })
    }
  })
}

function hostMark(): string {
  return createHash('sha256').update(hostname()).digest('hex').slice(0, 8)
}
