import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Sha256 } from '../digest.ts'
import type { Written } from './draft.ts'
import { isSystemError, orFileError } from './file-error.ts'

/**
 * Size and digest of a file; undefined where there is none.
 * @throws PipelineError `FILE_FAILED` when it cannot be read.
 */
export function hashFile(path: string): Promise<Written | undefined> {
  return orFileError(path, async () => {
    const hash = createHash('sha256')
    let size = 0
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
        hash.update(chunk)
        size += chunk.length
      }
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'EISDIR', 'ENOTDIR')) return undefined
      throw error
    }
    return { size, sha256: hash.digest('hex') as Sha256 }
  })
}
