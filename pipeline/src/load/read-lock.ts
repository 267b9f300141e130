import { readFile } from 'node:fs/promises'
import { isPipelineError } from '../errors.ts'
import { shownPath } from '../render/shown-path.ts'
import { isSystemError, orFileError } from '../store/file-error.ts'

/**
 * Reads a lock with its parser; undefined where there is none yet.
 * @throws PipelineError `LOCK_INVALID`, `FILE_FAILED`
 */
export async function readLock<Lock>(
  file: string,
  parse: (text: string, fileName: string) => Lock,
): Promise<Lock | undefined> {
  let text: string
  try {
    text = await orFileError(file, () => readFile(file, 'utf8'))
  } catch (error) {
    if (isPipelineError(error) && isSystemError(error.cause, 'ENOENT')) return undefined
    throw error
  }
  return parse(text, shownPath(file))
}
