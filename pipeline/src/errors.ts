import { CodedError, type CodedErrorOptions } from '@kaweezle/program-kit/coded-error.ts'

/** The exit statuses of every command (system contract, section 2). */
export const exitStatus = {
  done: 0,
  failed: 1,
  usage: 2,
  mismatch: 3,
  unreachable: 4,
  interrupted: 130,
} as const

const statusByCode = {
  /** The command line is wrong. */
  USAGE: exitStatus.usage,
  /** The recipe, or a file it names, is wrong. */
  RECIPE_INVALID: exitStatus.usage,
  /** What a package of ours is made from is wrong: its description, its files, its program. */
  PACKAGE_INVALID: exitStatus.usage,
  /** The private key to sign with cannot be used. */
  KEY_INVALID: exitStatus.usage,
  /** A lock file cannot be read: it is damaged or of another format version. */
  LOCK_INVALID: exitStatus.mismatch,
  /** A lock file answers another recipe, or lacks what is asked of it. */
  LOCK_STALE: exitStatus.mismatch,
  /** What was resolved or installed is not what the lock says. */
  LOCK_MISMATCH: exitStatus.mismatch,
  /** Locks and recipe contradict each other: versions of packages, images and manifests do not fit together. */
  INCOHERENT: exitStatus.mismatch,
  /** Bytes do not have the expected size or digest. */
  CHECKSUM_MISMATCH: exitStatus.mismatch,
  /** A signature is missing, unknown or wrong. */
  SIGNATURE_INVALID: exitStatus.mismatch,
  /** An archive (tar, apk, index) is damaged, ambiguous or hostile. */
  ARCHIVE_INVALID: exitStatus.mismatch,
  /** A finished tree breaks a rule of `verify`. */
  POLICY_VIOLATION: exitStatus.mismatch,
  /** A server, mirror folder or daemon did not answer, or not in time. */
  SOURCE_UNREACHABLE: exitStatus.unreachable,
  /** The upstream answered, and does not have the file. */
  SOURCE_MISSING: exitStatus.unreachable,
  /** `--offline` was given and the cache lacks the file. */
  OFFLINE: exitStatus.unreachable,
  /** No engine can run on this machine, or the one asked for cannot. */
  ENGINE_UNAVAILABLE: exitStatus.failed,
  /** The engine started and then failed. */
  ENGINE_FAILED: exitStatus.failed,
  /** Programs of the asked architecture cannot run here. */
  FOREIGN_ARCHITECTURE: exitStatus.failed,
  /** A program inside the sandbox failed: `apk`, a package script. */
  COMMAND_FAILED: exitStatus.failed,
  /** A file cannot be read or written. */
  FILE_FAILED: exitStatus.failed,
  /** No space is left where a file is being written. */
  DISK_FULL: exitStatus.failed,
  /** Two root filesystems differ, and the command was told to fail then. */
  DIFFERENT: exitStatus.failed,
  /** Another build holds what this one needs. */
  BUSY: exitStatus.failed,
  /** What is to be released is incomplete, or its parts contradict each other. */
  RELEASE_INVALID: exitStatus.mismatch,
  /** There is a release of that tag already, and it has other files; or the tag belongs to something else. */
  RELEASE_CONFLICT: exitStatus.mismatch,
  /** GitHub understood, and refuses: the token's rights, the repository's rules. */
  RELEASE_REFUSED: exitStatus.failed,
  /** SIGINT, SIGTERM or SIGHUP. */
  INTERRUPTED: exitStatus.interrupted,
} as const

export type ErrorCode = keyof typeof statusByCode

/** What a user of the pipeline is meant to see. */
export class PipelineError extends CodedError<ErrorCode, Omit<CodedErrorOptions, 'details'>> {
  override readonly name = 'PipelineError'

  get exitStatus(): number {
    return statusByCode[this.code]
  }
}

/** Whether `error` is a {@link PipelineError} of one of `codes` (of any code, when none is named). */
export function isPipelineError(error: unknown, ...codes: ErrorCode[]): error is PipelineError {
  return error instanceof PipelineError && (codes.length === 0 || codes.includes(error.code))
}
