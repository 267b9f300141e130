import * as z from 'zod'

const label = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/)

const release = z.strictObject({
  /** What its manifest says. */
  version: z.string(),
  /** What it was asked for by, or found under. */
  tag: z.string().exactOptional(),
  /** Of its packed root filesystem. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  kubernetes: z.string().exactOptional(),
})

const installed = z.strictObject({
  rootfs: label,
  release,
  /** ISO 8601, UTC. */
  since: z.string(),
})

/** One that can be gone back to: with the data as they were when it was left. */
const former = z.strictObject({ ...installed.shape, snapshot: label })

const switching = z.strictObject({
  kind: z.literal('switch'),
  verb: z.enum(['update', 'rollback']),
  /**
   * `staging`: nothing of the cluster has been touched. `switching`: it is stopped, and `from` or `target` is active.
   * `starting`: `target` is active and being started. `undoing`: it goes back to `from`, with the data of `keep`.
   */
  phase: z.enum(['staging', 'switching', 'starting', 'undoing']),
  from: installed,
  target: installed,
  /** The copy of the data that `from` had last. */
  keep: label,
  /** The copy of the data that `target` is to have; without one it takes those of `from`. */
  restore: label.exactOptional(),
  /** Why it is being undone. */
  reason: z.string().exactOptional(),
})

const journal = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('install'), target: installed }),
  switching,
  /** A switch has ended; what is of no more use is being removed. */
  z.strictObject({ kind: z.literal('clean-up') }),
  z.strictObject({ kind: z.literal('uninstall') }),
])

/** What the host knows of a cluster; `clusters/<name>/state.json`. */
export const clusterState = z.strictObject({
  version: z.literal(1),
  name: label,
  provider: z.enum(['docker', 'wsl']),
  /** On the host's 127.0.0.1. */
  apiPort: z.int().min(1).max(65_535),
  /** Absent until the first install has ended. */
  current: installed.exactOptional(),
  /** What `rollback` goes back to. */
  former: former.exactOptional(),
  /** What was begun and has not ended: the next command ends or undoes it first. */
  journal: journal.exactOptional(),
})

export type Release = z.infer<typeof release>
export type Installed = z.infer<typeof installed>
export type Former = z.infer<typeof former>
export type SwitchJournal = z.infer<typeof switching>
export type Journal = z.infer<typeof journal>
export type ClusterState = z.infer<typeof clusterState>
