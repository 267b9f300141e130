import { getSystemErrorMessage } from 'node:util'
import { KaweezleError } from '../errors.ts'

/**
 * Runs a file system action on `path`; what the system refuses becomes an error that a person can act on.
 * @throws KaweezleError `DISK_FULL` when space or quota ran out, `FILE_FAILED` for every other system error
 */
export async function orFileError<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw isSystemError(error) ? fileError(path, error) : error
  }
}

/** Whether `error` is a system error, of one of `codes` where any is named. */
export function isSystemError(error: unknown, ...codes: string[]): error is SystemError {
  return (
    error instanceof Error &&
    'errno' in error &&
    'code' in error &&
    (codes.length === 0 || codes.includes(String(error.code)))
  )
}

/** What `node:fs` throws. */
export interface SystemError extends Error {
  readonly syscall?: string
  readonly errno: number
  readonly code: string
}

function fileError(path: string, cause: SystemError): KaweezleError {
  if (cause.code === 'ENOSPC' || cause.code === 'EDQUOT') {
    return new KaweezleError('DISK_FULL', `${path}: no space is left`, {
      hint: 'Make room on that disk and run the same command again.',
      cause,
    })
  }
  return new KaweezleError(
    'FILE_FAILED',
    `${path}: ${getSystemErrorMessage(cause.errno)} (${cause.syscall ?? cause.code})`,
    { hint: 'Check that the folder exists, is yours and is not read-only.', cause },
  )
}
