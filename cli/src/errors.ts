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

export interface KaweezleErrorOptions {
  /** What the person should do next: one sentence, imperative. */
  readonly hint?: string
  /** What is known beyond the one line. */
  readonly details?: readonly string[]
  readonly cause?: unknown
}

/**
 * The only error a user is meant to see. Everything else that is thrown is a bug of ours.
 * `message` says what happened and to what; `hint` says what to do next.
 */
export class KaweezleError extends Error {
  override readonly name = 'KaweezleError'
  readonly code: ErrorCode
  readonly hint: string | undefined
  readonly details: readonly string[]

  constructor(code: ErrorCode, message: string, options: KaweezleErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options.hint
    this.details = options.details ?? []
  }

  /** The exit status that the command ends with. */
  get exitStatus(): number {
    return statusByCode[this.code]
  }
}

/** Whether `error` is a {@link KaweezleError} of one of `codes` (of any code, when none is named). */
export function isKaweezleError(error: unknown, ...codes: ErrorCode[]): error is KaweezleError {
  return error instanceof KaweezleError && (codes.length === 0 || codes.includes(error.code))
}
