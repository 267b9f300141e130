import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PipelineError } from '../errors.ts'
import { isSystemError, orFileError } from '../store/file-error.ts'
import { readFilePart } from './read-file-part.ts'
import { pathParts, type Source } from './source.ts'

/** The files below a folder of this machine. */
export function folderSource(folder: string): Source {
  return {
    kind: 'folder',
    name: folder,
    async open(path, { signal, offset = 0 }) {
      const file = join(folder, ...pathParts(path))
      const size = await orFileError(file, () => sizeOf(file))
      if (size === undefined) {
        throw new PipelineError('SOURCE_MISSING', `${file} does not exist`, {
          hint: 'Complete the mirror folder, or refresh the locks with `npm run lock`.',
        })
      }
      return { body: readFilePart(file, { signal, start: offset }), offset, size, delimited: true }
    },
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    const found = await stat(file)
    return found.isFile() ? found.size : undefined
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
    throw error
  }
}
