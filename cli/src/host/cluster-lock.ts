import { dirname } from 'node:path'
import { isKaweezleError, KaweezleError } from '../errors.ts'
import { makeFolder } from '../files/make-folder.ts'
import { type Lock, lockFile } from '../kubeconfig/lock.ts'

export interface ClusterLockOptions {
  readonly name: string
  /** Milliseconds. */
  readonly patience: number
  readonly onWait: () => void
  readonly signal: AbortSignal
}

/**
 * Runs `body` while no other command works on the cluster whose folder is named. The lock is beside the folder, which
 * an uninstall takes away; that of a killed process is taken over.
 * @throws KaweezleError `BUSY`, `FILE_FAILED`; whatever `body` throws and the signal says
 */
export async function lockCluster<T>(
  folder: string,
  options: ClusterLockOptions,
  body: () => Promise<T>,
): Promise<T> {
  await makeFolder(dirname(folder))
  const lock = await acquire(folder, options)
  try {
    return await body()
  } finally {
    await lock.release()
  }
}

async function acquire(
  folder: string,
  { name, patience, onWait, signal }: ClusterLockOptions,
): Promise<Lock> {
  try {
    return await lockFile(folder, { patience: 0, signal })
  } catch (error) {
    if (!isKaweezleError(error, 'BUSY')) throw error
  }
  onWait()
  try {
    return await lockFile(folder, { patience, signal })
  } catch (error) {
    if (!isKaweezleError(error, 'BUSY')) throw error
    throw new KaweezleError('BUSY', `another kaweezle works on the cluster ${name}`, {
      hint: `Wait for it, or end it. If none runs, remove ${folder}.lock.`,
      cause: error,
    })
  }
}
