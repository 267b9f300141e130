import { PipelineError } from '../errors.ts'
import type { TreePath } from '../tree/entry.ts'
import { displayPath } from '../tree/path.ts'

/** The error for a container storage that cannot be read. */
export function invalidStorage(path: TreePath, reason: string, cause?: unknown): PipelineError {
  return new PipelineError(
    'ARCHIVE_INVALID',
    `The container storage is damaged: ${displayPath(path)} ${reason}`,
    {
      hint: 'Build the rootfs again.',
      cause,
    },
  )
}
