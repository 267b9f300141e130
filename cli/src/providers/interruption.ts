import { isKaweezleError, KaweezleError } from '../errors.ts'

/** What is thrown when the signal of the run has fired: its reason, where that is an error for a user. */
export function interruption({ reason }: AbortSignal, message: string): KaweezleError {
  return isKaweezleError(reason) ? reason : new KaweezleError('INTERRUPTED', message, { cause: reason })
}
