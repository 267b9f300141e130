import type { Architecture } from '@kaweezle/release-format/architecture.ts'
import type { Finding } from '../finding.ts'

/** The name of a cluster: an RFC 1123 label. It is that of its machine and of its context too. */
export type ClusterName = string

/** Names one imported root filesystem of a cluster: a lower-case label of at most 20 characters, never used twice. */
export type RootfsId = string

/** Names one copy of a cluster's data, likewise. */
export type SnapshotId = string

/** What is there of a cluster: each part may be there without the others, after a kill. */
export interface Machine {
  /** Whether its data store is there. */
  readonly hasData: boolean
  /** The root filesystems that were imported as a whole. */
  readonly rootfs: readonly RootfsId[]
  /** Which of them the machine has, running or not; undefined without a machine. */
  readonly active: RootfsId | undefined
  readonly state: 'absent' | 'stopped' | 'running'
  readonly snapshots: readonly SnapshotId[]
}

export type Availability =
  | { readonly isUsable: true; readonly detail: string }
  | { readonly isUsable: false; readonly reason: string; readonly hint: string }

export interface ExecOptions {
  /** Milliseconds before it is killed, and fails. */
  readonly timeLimit: number
  readonly input?: Uint8Array
  readonly environment?: Readonly<Record<string, string>>
  /** Called with each complete line of what it writes, as it comes. */
  readonly onLine?: (line: string, stream: 'stdout' | 'stderr') => void
}

export interface ExecResult {
  readonly status: number
  /** At most the last 4 MiB of each. */
  readonly stdout: string
  readonly stderr: string
}

/** A port that a cluster needs, and another machine of the same network has. */
export interface PortClash {
  readonly port: number
  /** The machine that has a program listening there; undefined where that cannot be seen. */
  readonly distribution: string | undefined
}

/** What a machine is started with. */
export interface StartOptions {
  /** The port on the host's 127.0.0.1 that leads to the API server's 6443. */
  readonly apiPort: number
}

/**
 * What runs clusters: one machine each, made of a root filesystem that can be exchanged and a data store that stays.
 * Every method may be killed at any instant and called again with the same arguments: it then ends what it began. To
 * make what is there and to remove what is not there is success.
 *
 * All throw KaweezleError `PROVIDER_FAILED`, `PROVIDER_UNAVAILABLE`, `DISK_FULL`; `TIMED_OUT` when the provider's own
 * program hangs; and the reason of the signal that the provider was made with, when that fires.
 */
export interface Provider {
  readonly name: 'docker' | 'wsl'
  /** Whether it can work on this host; never throws. */
  probe(): Promise<Availability>
  /** That of its machines, and of the releases for them; it need not be this process's. */
  architecture(): Promise<Architecture>
  /** The clusters that it has anything of. */
  list(): Promise<readonly ClusterName[]>
  inspect(cluster: ClusterName): Promise<Machine>
  /** Bytes that an imported root filesystem and a copy of the data may take, where that can be known. */
  freeBytes(): Promise<number | undefined>
  /** Bytes that a copy of the cluster's data would take; undefined without data. */
  dataBytes(cluster: ClusterName): Promise<number | undefined>
  /** What only this provider can look at, for `doctor`: it changes nothing and starts nothing. */
  examine(cluster: ClusterName): Promise<readonly Finding[]>
  /** The ports that a cluster needs and others have; only where machines share one network. */
  clashes?(cluster: ClusterName): Promise<readonly PortClash[]>
  /** The clusters that run, and beside which this one cannot be started; only where machines share one network. */
  rivals?(cluster: ClusterName): Promise<readonly ClusterName[]>

  /** Copies the data of a machine that is stopped or absent. The copy is there as a whole or not at all. */
  takeSnapshot(cluster: ClusterName, snapshot: SnapshotId): Promise<void>
  /** Gives a stopped or absent machine the data of a copy; the copy stays. */
  restoreSnapshot(cluster: ClusterName, snapshot: SnapshotId): Promise<void>
  removeSnapshot(cluster: ClusterName, snapshot: SnapshotId): Promise<void>

  /**
   * Imports a verified `rootfs.tar.gz`, beside others of the cluster, and checks that it runs. With the first one comes
   * an empty data store; one that goes missing later is not made anew.
   */
  importRootfs(cluster: ClusterName, rootfs: RootfsId, tarball: string): Promise<void>
  /** Makes the machine from another imported root filesystem. It must not run, and does not afterwards. */
  activate(cluster: ClusterName, rootfs: RootfsId): Promise<void>
  /** Removes one that is not active. */
  removeRootfs(cluster: ClusterName, rootfs: RootfsId): Promise<void>

  /**
   * Starts the machine with its data in place at `/var/lib/kaweezle`, and keeps it running; not the cluster in it. One
   * that runs already keeps its port: with another one it fails. One that is stopped gets another port, and may lose
   * what is not data. Also fails where the port is taken, and beside a rival.
   */
  start(cluster: ClusterName, options: StartOptions): Promise<void>
  /** Ends the machine, as a power cut would: whoever wants the cluster ended in order does that before. */
  stop(cluster: ClusterName): Promise<void>
  /**
   * Runs a program in the running machine, as root, without a shell, in `/`. When its time is over or the signal of the
   * provider fires, it is killed with what it started, but for daemons.
   * @throws KaweezleError also `NOT_READY` where no machine runs
   */
  exec(cluster: ClusterName, argv: readonly [string, ...string[]], options: ExecOptions): Promise<ExecResult>
  /** The same with this process's own streams, and without a time limit; the exit status. */
  attach(cluster: ClusterName, argv: readonly [string, ...string[]]): Promise<number>

  /** Removes machine, root filesystems, data and snapshots. */
  remove(cluster: ClusterName): Promise<void>
}
