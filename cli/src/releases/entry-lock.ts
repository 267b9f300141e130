import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { KaweezleError } from '../errors.ts'
import { makeFolder } from '../files/make-folder.ts'
import { interruption } from './transient.ts'

export interface LockOptions {
  readonly signal: AbortSignal
  /** Called once when another process holds the lock. */
  readonly onWait?: () => void
}

/** How long after the holder's end a waiter gets the lock at the latest, in milliseconds. */
const pollInterval = 50

/**
 * Waits until no other process works on an entry of the cache, and keeps others out until the lock is disposed of or
 * this process ends, however it ends.
 *
 * It is SQLite's file lock: of what Node can reach, the one that the kernel itself takes and frees on Linux, macOS
 * and Windows. Its file stays, empty: to remove it would let two processes lock two files of one name.
 * @throws KaweezleError `INTERRUPTED`, `FILE_FAILED`
 */
export async function lockEntry(
  cacheFolder: string,
  sha256: string,
  options: LockOptions,
): Promise<Disposable> {
  const { signal, onWait } = options
  for (let isFirst = true; ; isFirst = false) {
    if (signal.aborted) throw interruption(signal)
    const lock = await tryLockEntry(cacheFolder, sha256)
    if (lock !== undefined) return lock
    if (isFirst) onWait?.()
    await sleep(pollInterval)
  }
}

/** The lock, or undefined where another process has it. @throws KaweezleError `FILE_FAILED` */
export async function tryLockEntry(cacheFolder: string, sha256: string): Promise<Disposable | undefined> {
  const folder = join(cacheFolder, 'locks')
  await makeFolder(folder)
  const path = join(folder, `${sha256}.lock`)
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
    throw new KaweezleError('FILE_FAILED', `${path} cannot be locked: ${String(error)}`, {
      hint: 'Check that the cache folder is yours and not read-only, and delete that file if it is damaged.',
      cause: error,
    })
  }
}

/** SQLITE_BUSY, extended codes included (https://sqlite.org/rescode.html#busy). */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5
}
