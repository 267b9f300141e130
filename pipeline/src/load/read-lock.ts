import { readFile } from 'node:fs/promises'
import { isPipelineError } from '../errors.ts'
import { parsePackagesLock } from '../locks/parse.ts'
import type { PackagesLock } from '../locks/schema.ts'
import { shownPath } from '../render/shown-path.ts'
import { isSystemError, orFileError } from '../store/file-error.ts'

/**
 * Reads a packages lock; undefined where there is none yet.
 * @throws PipelineError `LOCK_INVALID`, `FILE_FAILED`
 */
export async function readLock(file: string): Promise<PackagesLock | undefined> {
  let text: string
  try {
    text = await orFileError(file, () => readFile(file, 'utf8'))
  } catch (error) {
    if (isPipelineError(error) && isSystemError(error.cause, 'ENOENT')) return undefined
    throw error
  }
  return parsePackagesLock(text, shownPath(file))
}
