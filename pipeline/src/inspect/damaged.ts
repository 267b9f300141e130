import { PipelineError } from '../errors.ts'

/** The error for a rootfs that cannot be read further; it becomes a finding. */
export function damaged(message: string): PipelineError {
  return new PipelineError('ARCHIVE_INVALID', message, { hint: 'Build the rootfs again.' })
}
