import { PipelineError } from '../errors.ts'
import { displayPath } from '../tree/path.ts'

/** Makes the error for an archive that is not believed; the caller throws it. */
export type Refuse = (reason: string) => PipelineError

/**
 * Errors on one member of the archive that people know as `label`. The member is named, or located by its
 * offset in bytes where it has no name yet.
 */
export function refusal(label: string, member: string | number): Refuse {
  const place = typeof member === 'number' ? `at byte ${member}` : `member ${displayPath(member)}`
  return (reason) =>
    new PipelineError('ARCHIVE_INVALID', `${label}: ${place}: ${reason}`, {
      hint: 'Get the archive again; if it stays like this, do not use it.',
    })
}
