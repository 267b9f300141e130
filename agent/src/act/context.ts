import type { ApiClient } from '../cluster/api-client.ts'
import { AgentError } from '../errors.ts'
import type { Host } from '../host/host.ts'
import type { Logger } from '../report/logger.ts'
import type { Settings } from '../settings/settings.ts'

/** What every action is done with. */
export interface ActContext {
  readonly host: Host
  readonly settings: Settings
  readonly logger: Logger
  /** Milliseconds since 1970 at which the time of the whole run is over. */
  readonly deadline: number
  /** Opens a client of the cluster. Default: with the credentials of admin.conf. */
  readonly connect?: (host: Host) => Promise<ApiClient>
}

/**
 * Milliseconds that something may take: its own limit, or what is left of the run where that is less.
 * @param what what would be waited for, in the words of the error, e.g. `kubeadm init`
 * @throws AgentError `TIMED_OUT` when nothing is left
 */
export function timeLimit({ host, deadline }: ActContext, own: number, what: string): number {
  const left = deadline - host.now()
  if (left <= 0) throw timedOut(what, 'the time of the run was over before it began')
  return Math.min(own, left)
}

/** The error of a run whose deadline has passed, which says what was waited for and why it was not there. */
export function timedOut(what: string, reason: string, details: readonly string[] = []): AgentError {
  return new AgentError('TIMED_OUT', `timed out waiting for ${what}: ${reason}`, {
    hint: 'Run this again to go on from here, with a longer --wait.',
    details,
  })
}
