import { AgentError } from '../errors.ts'
import type { Refusal } from '../plan/stage.ts'

/** A refusal as the error that ends a run. */
export function refusalError({ code, message, hint }: Refusal): AgentError {
  return new AgentError(code, message, { hint })
}
