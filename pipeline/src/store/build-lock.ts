import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { PipelineError } from '../errors.ts'
import { isSystemError, orFileError } from './file-error.ts'
import { makeFolder } from './folder.ts'

export interface BuildLockOptions {
  readonly signal: AbortSignal
  /** Called once when another build holds the lock, with its process id where that is known. */
  readonly onWait?: (holder: number | undefined) => void
}

/** How long after the holder's end a waiter gets the lock at the latest, in milliseconds. */
const pollInterval = 50

/**
 * Waits until no other build uses this cache folder, and keeps others out until the lock is disposed of or this
 * process ends, however it ends.
 *
 * It is SQLite's file lock: of what Node can reach, the one that the kernel itself takes and frees on Linux,
 * macOS and Windows, and that also holds between containers and network namespaces which share the folder. No
 * process id is ever trusted; the one beside the lock is for the message.
 * @throws PipelineError `INTERRUPTED`, `FILE_FAILED`, `DISK_FULL`
 */
export async function acquireBuildLock(
  cacheFolder: string,
  { signal, onWait }: BuildLockOptions,
): Promise<Disposable> {
  await makeFolder(cacheFolder)
  const lockFile = join(cacheFolder, 'build.lock')
  const pidFile = join(cacheFolder, 'build.pid')
  let waiting = false
  for (;;) {
    if (signal.aborted) throw new PipelineError('INTERRUPTED', 'interrupted while waiting for another build')
    const lock = tryLock(lockFile)
    if (lock !== undefined) {
      await orFileError(pidFile, async () => writeFileSync(pidFile, String(process.pid)))
      return lock
    }
    if (!waiting) onWait?.(readHolder(pidFile))
    waiting = true
    await sleep(pollInterval)
  }
}

function tryLock(path: string): Disposable | undefined {
  let opened: DatabaseSync | undefined
  try {
    const database = new DatabaseSync(path, { timeout: 0 })
    opened = database
    database.exec('BEGIN EXCLUSIVE')
    // Not a bound function: `using` of Node 24 refuses one.
    return { [Symbol.dispose]: () => database.close() }
  } catch (error) {
    opened?.close()
    if (isBusy(error)) return undefined
    throw new PipelineError('FILE_FAILED', `${path} cannot be locked: ${String(error)}`, {
      hint: 'Check that the cache folder is yours and not read-only, and delete that file if it is damaged.',
      cause: error,
    })
  }
}

/** SQLITE_BUSY, extended codes included (https://sqlite.org/rescode.html#busy). */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5
}

function readHolder(path: string): number | undefined {
  try {
    const text = readFileSync(path, 'utf8')
    return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined
    throw error
  }
}
