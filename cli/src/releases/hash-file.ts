import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { isSystemError, orFileError } from '../files/file-error.ts'

export interface Hashed {
  /** Bytes. */
  readonly size: number
  readonly sha256: string
}

/**
 * Size and digest of a file; undefined where there is none.
 * @throws KaweezleError `FILE_FAILED` when it cannot be read
 */
export function hashFile(path: string): Promise<Hashed | undefined> {
  return orFileError(path, async () => {
    const hash = createHash('sha256')
    let size = 0
    try {
      for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
        hash.update(chunk)
        size += chunk.length
      }
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
      throw error
    }
    return { size, sha256: hash.digest('hex') }
  })
}
