import { PipelineError } from '../errors.ts'
import { Transient } from './transient.ts'

/** What to throw for the reason of a signal, or for a failure that is not tried again. */
export function asPipelineError(reason: unknown): PipelineError {
  if (reason instanceof PipelineError) return reason
  if (reason instanceof Transient) return reason.failure
  return new PipelineError('INTERRUPTED', 'interrupted', { cause: reason })
}
