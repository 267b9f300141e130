import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isPipelineError, PipelineError } from '../errors.ts'
import { isSystemError, orFileError } from '../store/file-error.ts'

export interface FolderEntry {
  readonly name: string
  /** Absolute path on the host. */
  readonly path: string
  readonly entry: Dirent
}

/**
 * What a folder that the recipe names holds, by name.
 * @throws PipelineError `RECIPE_INVALID` when there is no such folder.
 */
export async function listFolder(folder: string): Promise<FolderEntry[]> {
  try {
    const entries = await orFileError(folder, () => readdir(folder, { withFileTypes: true }))
    return entries
      .map((entry) => ({ name: entry.name, path: join(folder, entry.name), entry }))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if (!isPipelineError(error) || !isSystemError(error.cause, 'ENOENT', 'ENOTDIR')) throw error
    throw new PipelineError('RECIPE_INVALID', `the recipe names a folder that is not there: ${folder}`, {
      hint: 'Correct the path; it is relative to the recipe.',
      cause: error,
    })
  }
}
