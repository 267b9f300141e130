import { isKaweezleError, KaweezleError } from '../errors.ts'
import { isSystemError } from '../files/file-error.ts'
import { type Lock, type LockOptions, lockFile } from './lock.ts'

export interface Locks {
  /**
   * @throws KaweezleError `FILE_FAILED` when a lock of these files could not be made, `BUSY` when none was to be
   */
  assertHeld(...files: string[]): void
}

/**
 * Holds the locks of several kubeconfigs while `action` runs, taken in the order of client-go. A file in a folder
 * that is missing or read-only is left without: it cannot be replaced there either.
 * @throws KaweezleError `BUSY`, `FILE_FAILED`; whatever `action` throws
 */
export async function withLocks<T>(
  files: readonly string[],
  options: LockOptions,
  action: (locks: Locks) => Promise<T>,
): Promise<T> {
  const held: Lock[] = []
  const refusals = new Map<string, KaweezleError>()
  try {
    // client-go sorts, so that two that want the same files never wait for each other.
    for (const file of files.toSorted()) {
      try {
        held.push(await lockFile(file, options))
      } catch (error) {
        if (!isRefusal(error)) throw error
        refusals.set(file, error)
      }
    }
    return await action({
      assertHeld(...needed) {
        for (const file of needed) {
          const refusal = refusals.get(file)
          if (refusal !== undefined) throw refusal
          if (!files.includes(file)) throw moved(file)
        }
      },
    })
  } finally {
    for (const lock of held.toReversed()) await lock.release()
  }
}

function isRefusal(error: unknown): error is KaweezleError {
  return (
    isKaweezleError(error, 'FILE_FAILED') &&
    isSystemError(error.cause, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS')
  )
}

function moved(file: string): KaweezleError {
  return new KaweezleError('BUSY', `${file}: another program put the kubeconfig here just now`, {
    hint: 'Run the same command again.',
  })
}
