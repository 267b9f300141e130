/** The shapes of objects as far as the doubles look into them. */
export interface OwnerReference {
  apiVersion: string
  kind: string
  name: string
  uid: string
  controller?: boolean
}

export interface Metadata {
  name: string
  generateName?: string
  namespace?: string
  uid?: string
  resourceVersion?: string
  generation?: number
  creationTimestamp?: string
  deletionTimestamp?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
  ownerReferences?: OwnerReference[]
  finalizers?: string[]
  managedFields?: { manager: string; operation: string; [more: string]: unknown }[]
}

// biome-ignore lint/suspicious/noExplicitAny: The doubles take what they are given, as the tests' manifests have it.
export type Loose = any

export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: Metadata
  spec?: Loose
  status?: Loose
  [more: string]: Loose
}

export interface KubeList {
  apiVersion: string
  kind: string
  metadata: { resourceVersion: string }
  items: KubeObject[]
}

export interface WatchEvent {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  object: KubeObject
}
