import { CodedError } from '@kaweezle/program-kit/coded-error.ts'

/** The exit statuses of every command (system contract, section 4). */
export const exitStatus = {
  done: 0,
  failed: 1,
  usage: 2,
  mismatch: 3,
  unreachable: 4,
  timedOut: 5,
  interrupted: 130,
} as const

const statusByCode = {
  /** The command line, a variable or the settings file is wrong. */
  USAGE: exitStatus.usage,
  /** A question was answered with no, or there is nobody to ask and no `--yes`. */
  DECLINED: exitStatus.failed,
  /** The cluster is not installed, not started, or not ready. */
  NOT_READY: exitStatus.failed,
  /** No provider can run on this machine, or the one asked for cannot. */
  PROVIDER_UNAVAILABLE: exitStatus.failed,
  /** WSL or Docker answered with an error. */
  PROVIDER_FAILED: exitStatus.failed,
  /** iknite, inside, failed. */
  AGENT_FAILED: exitStatus.failed,
  /** An update failed; the cluster is as it was before. */
  UPDATE_UNDONE: exitStatus.failed,
  /** A kubeconfig cannot be parsed, and is therefore not touched. */
  KUBECONFIG_INVALID: exitStatus.failed,
  /** A file of ours (the state of a cluster, the cache) is damaged. */
  STATE_INVALID: exitStatus.failed,
  /** A file cannot be read or written. */
  FILE_FAILED: exitStatus.failed,
  /** No space is left, or less than what will be needed. */
  DISK_FULL: exitStatus.failed,
  /** Another kaweezle works on the same cluster, kubeconfig or download. */
  BUSY: exitStatus.failed,
  /** Bytes do not have the expected size or digest. */
  CHECKSUM_MISMATCH: exitStatus.mismatch,
  /** A signature is missing, of an unknown key, or wrong. */
  SIGNATURE_INVALID: exitStatus.mismatch,
  /** A release lacks what it must have, or its parts are not of one release. */
  RELEASE_INVALID: exitStatus.mismatch,
  /** The release is older than what is installed. */
  RELEASE_OLDER: exitStatus.mismatch,
  /** A server did not answer, or not in time. */
  SOURCE_UNREACHABLE: exitStatus.unreachable,
  /** The server answered, and does not have the release or file. */
  SOURCE_MISSING: exitStatus.unreachable,
  /** GitHub allows no more requests for now. */
  RATE_LIMITED: exitStatus.unreachable,
  /** `--offline` was given and the cache lacks the file. */
  OFFLINE: exitStatus.unreachable,
  /** The time given by `--wait` is over. */
  TIMED_OUT: exitStatus.timedOut,
  /** SIGINT, SIGTERM or SIGHUP. */
  INTERRUPTED: exitStatus.interrupted,
} as const

export type ErrorCode = keyof typeof statusByCode

/** What a user of kaweezle is meant to see. */
export class KaweezleError extends CodedError<ErrorCode> {
  override readonly name = 'KaweezleError'

  get exitStatus(): number {
    return statusByCode[this.code]
  }
}

/** Whether `error` is a {@link KaweezleError} of one of `codes` (of any code, when none is named). */
export function isKaweezleError(error: unknown, ...codes: ErrorCode[]): error is KaweezleError {
  return error instanceof KaweezleError && (codes.length === 0 || codes.includes(error.code))
}
