import { CodedError } from '@kaweezle/program-kit/coded-error.ts'

/** The exit statuses of every command (system contract, section 3). */
export const exitStatus = {
  ready: 0,
  failed: 1,
  usage: 2,
  timedOut: 5,
  interrupted: 130,
} as const

const statusByCode = {
  /** The command line, the environment or the settings file is wrong. */
  USAGE: exitStatus.usage,
  /** The host cannot carry a cluster, and the agent cannot change that. */
  HOST_UNFIT: exitStatus.failed,
  /** The cluster and what is asked for do not fit together, e.g. a version two minors away. */
  REFUSED: exitStatus.failed,
  /** A program that the agent ran failed: kubeadm, rc-service, kubectl. */
  COMMAND_FAILED: exitStatus.failed,
  /** The API server answered with an error. */
  API_FAILED: exitStatus.failed,
  /** A file cannot be read, parsed or written. */
  FILE_FAILED: exitStatus.failed,
  /** No space is left. */
  DISK_FULL: exitStatus.failed,
  /** An action was done and its effect is not there. */
  NOT_CONVERGING: exitStatus.failed,
  /** The cluster is not there, or not ready (`status`, `kubeconfig`). */
  NOT_READY: exitStatus.failed,
  /** The time given by `--wait` is over. */
  TIMED_OUT: exitStatus.timedOut,
  /** SIGINT, SIGTERM or SIGHUP. */
  INTERRUPTED: exitStatus.interrupted,
} as const

export type ErrorCode = keyof typeof statusByCode

/** What a user of iknite is meant to see. */
export class AgentError extends CodedError<ErrorCode> {
  override readonly name = 'AgentError'

  get exitStatus(): number {
    return statusByCode[this.code]
  }
}

/** Whether `error` is an {@link AgentError} of one of `codes` (of any code, when none is named). */
export function isAgentError(error: unknown, ...codes: ErrorCode[]): error is AgentError {
  return error instanceof AgentError && (codes.length === 0 || codes.includes(error.code))
}
