/** What the agent needs of the machine it runs on. Paths are absolute; texts are UTF-8. */
export interface Host {
  readonly files: Files
  /** Fires when the run is to end; for what waits on something other than a program or the clock. */
  readonly signal: AbortSignal
  /**
   * Runs a program to its end, without a shell.
   * A status other than 0 is a result, not an error.
   * @throws AgentError `COMMAND_FAILED` when it is not there, cannot start, or passes its time limit (it is then
   *   killed with what it started); `INTERRUPTED` when the signal of the run fires.
   */
  run(argv: readonly [string, ...string[]], options: RunOptions): Promise<RunResult>
  /**
   * The addresses of the network interfaces.
   * @throws AgentError `COMMAND_FAILED`
   */
  interfaces(): Promise<readonly HostAddress[]>
  /** Milliseconds since 1970. */
  now(): number
  /** @throws AgentError `INTERRUPTED` when the signal of the run fires. */
  sleep(milliseconds: number): Promise<void>
}

export interface RunOptions {
  /** Milliseconds before the program is killed and the run fails. */
  readonly timeLimit: number
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Called with each complete line of output as it comes, without its line end. */
  readonly onLine?: (line: string) => void
}

export interface RunResult {
  readonly status: number
  /** At most the last 4 MiB of each. */
  readonly stdout: string
  readonly stderr: string
}

export interface HostAddress {
  readonly interface: string
  readonly address: string
  readonly prefix: number
}

/** All methods throw AgentError `FILE_FAILED` or `DISK_FULL`, but for what they say they return. */
export interface Files {
  /** The text of a file; undefined where nothing is. */
  read(path: string): Promise<string | undefined>
  /** Type, link target and times of what stands at a path, not of what a link leads to; undefined where nothing is. */
  stat(path: string): Promise<FileState | undefined>
  /** The names in a folder, sorted; none where no folder is. */
  list(path: string): Promise<readonly string[]>
  /** Puts a file in place as a whole, by rename, synced to the disk; the folder is made where it is missing. */
  write(path: string, text: string, mode: number): Promise<void>
  /** Writes in place, as files of /proc and /sys want it. */
  poke(path: string, text: string): Promise<void>
  makeFolder(path: string, mode: number): Promise<void>
  link(path: string, target: string): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** Removes a file or a whole folder; nothing happens where nothing is. */
  remove(path: string): Promise<void>
  /** Bytes that may still be written to the file system that holds `path`. */
  freeBytes(path: string): Promise<number>
}

export interface FileState {
  readonly type: 'file' | 'folder' | 'link' | 'other'
  /** Where a link leads to, as it is written. */
  readonly target?: string
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
  readonly mode: number
  readonly size: number
}
