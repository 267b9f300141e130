import { getSystemErrorMessage } from 'node:util'
import { PipelineError } from '../errors.ts'

/**
 * Runs a file system action on `path`; `needed` is how many more bytes were to be written, where that is known.
 * @throws PipelineError `DISK_FULL` when space or quota ran out, `FILE_FAILED` for every other system error.
 */
export async function orFileError<T>(path: string, action: () => Promise<T>, needed?: number): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw isSystemError(error) ? fileError(path, error, needed) : error
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

interface SystemError extends Error {
  readonly syscall?: string
  readonly errno: number
  readonly code: string
}

function fileError(path: string, cause: SystemError, needed?: number): PipelineError {
  if (cause.code === 'ENOSPC' || cause.code === 'EDQUOT') {
    const lacking = needed === undefined ? '' : `, and ${needed} more bytes were to be written`
    return new PipelineError('DISK_FULL', `${path}: no space is left${lacking}`, {
      hint: 'Make room on that disk and run the same command again: it goes on where it stopped.',
      cause,
    })
  }
  return new PipelineError(
    'FILE_FAILED',
    `${path}: ${getSystemErrorMessage(cause.errno)} (${cause.syscall ?? cause.code})`,
    {
      hint: 'Check that the folder exists, is yours and is not read-only.',
      cause,
    },
  )
}
