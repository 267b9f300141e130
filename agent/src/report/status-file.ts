import { isAgentError } from '../errors.ts'
import type { Files, Host } from '../host/host.ts'
import { statusPath } from '../kubeadm/paths.ts'
import type { Snapshot } from '../plan/snapshot.ts'
import { failureOf } from './failure.ts'
import type { Logger } from './logger.ts'
import { clusterOf, workloadsOf } from './observed.ts'
import { type Phase, type State, type Status, type StatusReporter, statusSchema } from './status.ts'

export interface StatusReporterOptions {
  readonly host: Pick<Host, 'files' | 'now'>
  readonly logger: Logger
  readonly pid: number
  readonly agentVersion: string
}

/** A reporter for one run. A status that cannot be written is a warning, once, and no reason to fail. */
export function statusReporter({ host, logger, pid, agentVersion }: StatusReporterOptions): StatusReporter {
  let state: State = 'starting'
  let phase: Phase = 'prepare'
  let phaseNumber = 0
  let since = host.now()
  let seen: Pick<Status, 'cluster' | 'workloads'> = {}
  let error: Status['error']
  let warned = false

  const write = async (): Promise<void> => {
    const status: Status = {
      schemaVersion: 1,
      state,
      phase,
      phaseNumber,
      since: new Date(since).toISOString(),
      updated: new Date(host.now()).toISOString(),
      pid,
      agentVersion,
      ...seen,
      ...(error === undefined ? {} : { error }),
    }
    try {
      await host.files.write(statusPath, `${JSON.stringify(status, undefined, 2)}\n`, 0o644)
    } catch (reason) {
      if (!isAgentError(reason, 'FILE_FAILED', 'DISK_FULL')) throw reason
      if (!warned) logger.warn(reason.message)
      warned = true
    }
  }
  const enter = (nextState: State, nextPhase: Phase): Promise<void> => {
    if (phaseNumber > 0 && nextState === state && nextPhase === phase) return Promise.resolve()
    if (nextPhase !== phase || phaseNumber === 0) phaseNumber += 1
    since = host.now()
    state = nextState
    phase = nextPhase
    return write()
  }
  return {
    enterPhase: (next) => enter(next === 'stop' || next === 'reset' ? 'stopping' : 'starting', next),
    async observed(snapshot) {
      const before = JSON.stringify(seen)
      seen = seenIn(snapshot)
      if (phaseNumber > 0 && JSON.stringify(seen) !== before) await write()
    },
    ready(snapshot) {
      seen = seenIn(snapshot)
      return enter('ready', 'ready')
    },
    stopped() {
      seen = {}
      return enter('stopped', phase)
    },
    failed(reason) {
      error = failureOf(reason)
      return enter('failed', phase)
    },
  }
}

function seenIn(snapshot: Snapshot): Pick<Status, 'cluster' | 'workloads'> {
  const [cluster, workloads] = [clusterOf(snapshot), workloadsOf(snapshot)]
  return { ...(cluster && { cluster }), ...(workloads && { workloads }) }
}

/** What was last written; undefined where nothing is, or nothing that can be understood. */
export async function readStatus(files: Pick<Files, 'read'>): Promise<Status | undefined> {
  let text: string | undefined
  try {
    text = await files.read(statusPath)
  } catch (error) {
    if (!isAgentError(error, 'FILE_FAILED')) throw error
  }
  return text === undefined ? undefined : parseStatus(text)
}

function parseStatus(text: string): Status | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  const result = statusSchema.safeParse(value)
  return result.success ? result.data : undefined
}
