import type { Readable } from 'node:stream'
import type { Architecture } from '../architecture.ts'

/** Where the files given to {@link Sandbox.supply} are seen inside the rootfs, read-only, while commands run. */
export const suppliesPath = '/run/kaweezle'

export interface EngineOptions {
  /** An empty or leftover-holding folder that this engine may use; it is the only one it writes to on the host. */
  readonly workFolder: string
  readonly signal: AbortSignal
}

export interface OpenOptions {
  /** The gzip-compressed tar of the Alpine minirootfs, already verified. */
  readonly base: string
  readonly architecture: Architecture
}

/** A file for a run: `path` is relative to {@link suppliesPath}. */
export type Supply =
  | { readonly path: string; readonly file: string }
  | { readonly path: string; readonly bytes: Uint8Array }

export interface RunOptions {
  /** Bytes for the command's standard input; empty when absent. */
  readonly input?: Uint8Array
  /** Milliseconds before the command is killed and the run fails. */
  readonly timeLimit: number
  /** Called with each complete line of output as it comes, without its line end. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
}

export interface RunResult {
  readonly status: number
  /** At most the last 4 MiB of each. */
  readonly stdout: string
  readonly stderr: string
}

/**
 * A rootfs under construction, in which programs run as root, with `/proc`, a minimal `/dev` and a fresh
 * `/run` and `/tmp`, without any network, and without the host's environment.
 */
export interface Sandbox extends AsyncDisposable {
  /**
   * Shows files below {@link suppliesPath} to later runs; they are never part of the rootfs.
   * Called again, it adds; a path given twice is replaced.
   */
  supply(files: readonly Supply[]): Promise<void>
  /**
   * Runs `argv` in the rootfs (chroot), with `/` as working directory and only `PATH` and `HOME` set.
   * A status other than 0 is a result, not an error.
   * @throws PipelineError `COMMAND_FAILED` past the time limit, `ENGINE_FAILED` when the engine breaks,
   *   `INTERRUPTED` when the signal fires.
   */
  run(argv: readonly [string, ...string[]], options: RunOptions): Promise<RunResult>
  /**
   * The rootfs as a tar stream: PAX or GNU format, numeric owners, hard links kept, `security.capability`
   * kept as `SCHILY.xattr.…`, names with or without a leading `./`. Nothing of another file system (`/proc`,
   * `/dev`, supplies) is in it; folders that serve as mount points are, empty.
   */
  export(): Promise<Readable>
}

export interface Engine {
  readonly name: 'docker' | 'namespace'
  /**
   * Makes a sandbox from the base.
   * @throws PipelineError `FOREIGN_ARCHITECTURE` when programs of that architecture cannot run here.
   */
  open(options: OpenOptions): Promise<Sandbox>
}
