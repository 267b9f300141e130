import type { Provider, RootfsId, SnapshotId } from '../providers/provider.ts'
import type { ClusterState } from './state.ts'
import type { StateStore } from './state-store.ts'

/** What is told of the work as it goes on. */
export type ClusterEvent =
  | { readonly kind: 'step'; readonly title: string }
  /** A line of the agent's log. */
  | { readonly kind: 'log'; readonly line: string }
  | { readonly kind: 'warning'; readonly message: string }

/** What the verbs of a cluster work with. Whoever makes one holds the cluster's lock. */
export interface ClusterContext {
  readonly provider: Provider
  readonly store: StateStore
  readonly report: (event: ClusterEvent) => void
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Seconds for a cluster to become ready. */
  readonly wait: number
}

/** A name that no root filesystem or snapshot had before. */
export function newId(now: number): RootfsId & SnapshotId {
  return now.toString(36)
}

export function isoTime(now: number): string {
  return new Date(now).toISOString()
}

/** Writes a changed state and returns it. */
export async function save(
  { store }: ClusterContext,
  state: ClusterState,
  changes: Partial<ClusterState>,
): Promise<ClusterState> {
  const next = { ...state, ...changes }
  await store.write(next)
  return next
}

/** The same without its journal: what was begun has ended. */
export async function saveEnded(
  { store }: ClusterContext,
  { journal: _, ...state }: ClusterState,
): Promise<ClusterState> {
  await store.write(state)
  return state
}

/** What went wrong, for a sentence that goes on with it. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
