import { AgentError } from '../errors.ts'

/** The error that ends a run whose signal has fired. */
export function interruption(signal: AbortSignal): AgentError {
  if (signal.reason instanceof AgentError) return signal.reason
  return new AgentError('INTERRUPTED', 'interrupted', {
    hint: 'Run the command again: it goes on from what is there.',
  })
}
