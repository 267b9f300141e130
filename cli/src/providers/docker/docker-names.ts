import { randomBytes } from 'node:crypto'
import type { ClusterName, RootfsId, SnapshotId } from '../provider.ts'

/** The labels of everything that is ours. Names are only for people: what belongs to whom is read from these. */
export const labelOf = {
  managedBy: 'dev.kaweezle.managed-by',
  cluster: 'dev.kaweezle.cluster',
  role: 'dev.kaweezle.role',
  rootfs: 'dev.kaweezle.rootfs',
  snapshot: 'dev.kaweezle.snapshot',
} as const

/**
 * What a thing is there for. `snapshot-whole` and `restoring` are volumes that stay empty: Docker cannot change the
 * labels of a volume, but makes and removes one in a single step, as a file system does a file.
 */
export type Role =
  | 'machine'
  | 'helper'
  | 'rootfs'
  | 'data'
  | 'containers'
  | 'snapshot'
  | 'snapshot-whole'
  | 'restoring'

type Labels = Readonly<Record<string, string>>

/** Further labels may name a rootfs or a snapshot. */
export function labels(cluster: ClusterName, role: Role, more: Labels = {}): Record<string, string> {
  return { [labelOf.managedBy]: 'kaweezle', [labelOf.cluster]: cluster, [labelOf.role]: role, ...more }
}

/** The filter for all of a cluster, or of all clusters: one label, since Podman 4 finds no image by two. */
export function labelFilter(cluster?: ClusterName): { readonly label: string[] } {
  const label = cluster === undefined ? `${labelOf.managedBy}=kaweezle` : `${labelOf.cluster}=${cluster}`
  return { label: [label] }
}

// Neither a cluster nor an id has a dot, so that no name of one cluster can be that of another.

export function machineName(cluster: ClusterName): string {
  return `kaweezle-${cluster}`
}

/** Of a machine that is to take the place of another. */
export function nextMachineName(cluster: ClusterName): string {
  return `kaweezle-${cluster}.next`
}

/** `space` is for whoever only looks, and must not end what another command does. */
export function helperName(cluster: ClusterName, task: 'helper' | 'space'): string {
  return `kaweezle-${cluster}.${task}`
}

export function volumeName(cluster: ClusterName, role: 'data' | 'restoring'): string {
  return `kaweezle-${cluster}.${role}`
}

/** Each machine has one of its own. */
export function newContainersName(cluster: ClusterName): string {
  return `kaweezle-${cluster}.containers.${randomBytes(6).toString('hex')}`
}

export function snapshotName(cluster: ClusterName, snapshot: SnapshotId): string {
  return `kaweezle-${cluster}.snapshot.${snapshot}`
}

export function snapshotMarkName(cluster: ClusterName, snapshot: SnapshotId): string {
  return `${snapshotName(cluster, snapshot)}.whole`
}

export interface ImageName {
  readonly repo: string
  readonly tag: string
}

/** What only a whole and checked rootfs is called. */
export function imageName(cluster: ClusterName, rootfs: RootfsId): ImageName {
  return { repo: `kaweezle/${cluster}`, tag: rootfs }
}

/** What it is called while it is imported and checked. */
export function draftName(cluster: ClusterName, rootfs: RootfsId): ImageName {
  return { repo: `kaweezle/${cluster}`, tag: `${rootfs}.draft` }
}

/** Whether one of the names of an image is `name`. Podman puts the host of a registry before it. */
export function isNamed(tags: readonly string[] | null | undefined, { repo, tag }: ImageName): boolean {
  const wanted = `${repo}:${tag}`
  return (tags ?? []).some((name) => name === wanted || name.endsWith(`/${wanted}`))
}
