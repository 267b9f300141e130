import { createHash, randomBytes } from 'node:crypto'
import { ApiError, type Client, resourcePath } from '../client.ts'
import { rest } from '../component.ts'
import { equal } from '../merge.ts'
import type { KubeObject, Loose } from '../objects.ts'
import { log, messageOf } from '../running.ts'

export type Kind =
  | 'Namespace'
  | 'Node'
  | 'Pod'
  | 'ServiceAccount'
  | 'Deployment'
  | 'ReplicaSet'
  | 'DaemonSet'
  | 'StatefulSet'
  | 'Job'

/** Their versions and plurals. */
export const watched: Record<Kind, [string, string]> = {
  Namespace: ['v1', 'namespaces'],
  Node: ['v1', 'nodes'],
  Pod: ['v1', 'pods'],
  ServiceAccount: ['v1', 'serviceaccounts'],
  Deployment: ['apps/v1', 'deployments'],
  ReplicaSet: ['apps/v1', 'replicasets'],
  DaemonSet: ['apps/v1', 'daemonsets'],
  StatefulSet: ['apps/v1', 'statefulsets'],
  Job: ['batch/v1', 'jobs'],
}

/** What the controllers see of the cluster, kept up to date by watches, and what they do to it. */
export interface World {
  client: Client
  all(kind: Kind): KubeObject[]
  /** The pods and ReplicaSets this object controls, without those that are on their way out. */
  ownedBy(owner: KubeObject, kind: 'Pod' | 'ReplicaSet'): KubeObject[]
  create(kind: Kind, object: KubeObject): Promise<void>
  patch(object: KubeObject, patch: object): Promise<void>
  status(object: KubeObject, status: Loose): Promise<void>
  remove(object: KubeObject, grace?: number): Promise<void>
}

/** Starts the watches; `changed` is called after each event. Resolves when all kinds were listed once. */
export async function createWorld(client: Client, signal: AbortSignal, changed: () => void): Promise<World> {
  const objects = new Map<Kind, Map<string, KubeObject>>()
  const mapOf = (kind: Kind) => objects.get(kind) ?? new Map<string, KubeObject>()
  const note = (kind: Kind, object: KubeObject) => {
    const known = mapOf(kind).get(idOf(object))
    const isOlder = Number(known?.metadata.resourceVersion ?? 0) > Number(object.metadata.resourceVersion)
    if (!isOlder || known?.metadata.uid !== object.metadata.uid) mapOf(kind).set(idOf(object), object)
  }

  async function follow(kind: Kind, listed: () => void): Promise<void> {
    const path = resourcePath(...watched[kind])
    while (!signal.aborted) {
      try {
        const { items, metadata } = await client.list(path)
        const typed = items.map((item) => ({ ...item, kind }))
        objects.set(kind, new Map(typed.map((item) => [idOf(item), item])))
        listed()
        changed()
        const query = { resourceVersion: metadata.resourceVersion }
        for await (const { type, object } of client.watch(path, { query, signal })) {
          if (type === 'ERROR') break
          if (type === 'DELETED') mapOf(kind).delete(idOf(object))
          else note(kind, object)
          changed()
        }
      } catch (error) {
        if (!signal.aborted) log('W', `watch of ${path}: ${messageOf(error)}`)
      }
      await rest(200, signal)
    }
  }

  const kinds = Object.keys(watched) as Kind[]
  await Promise.all(kinds.map((kind) => new Promise<void>((resolve) => void follow(kind, resolve))))
  return {
    client,
    all: (kind) => [...mapOf(kind).values()],
    ownedBy: ({ metadata }, kind) =>
      [...mapOf(kind).values()].filter(
        (object) => controllerOf(object)?.uid === metadata.uid && !object.metadata.deletionTimestamp,
      ),
    create: async (kind, object) => {
      const made = await client.create(resourcePath(...watched[kind], object.metadata.namespace), object)
      note(kind, made)
    },
    patch: async (object, patch) => note(object.kind as Kind, await client.patch(pathOf(object), patch)),
    status: async (object, status) => {
      const merged = { ...object.status, ...status }
      if (equal(merged, object.status)) return
      note(object.kind as Kind, await client.patch(`${pathOf(object)}/status`, { status: merged }))
    },
    remove: async (object, grace) => {
      try {
        const left = await client.remove(pathOf(object), grace)
        if (left.metadata?.deletionTimestamp) note(object.kind as Kind, left)
        else mapOf(object.kind as Kind).delete(idOf(object))
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 404) throw error
        mapOf(object.kind as Kind).delete(idOf(object))
      }
    },
  }
}

export function pathOf({ kind, metadata }: KubeObject): string {
  return resourcePath(...watched[kind as Kind], metadata.namespace, metadata.name)
}

export function controllerOf({ metadata }: KubeObject) {
  return metadata.ownerReferences?.find(({ controller }) => controller)
}

/** A pod (or ReplicaSet) of the owner, from a template. */
export function dependent(
  owner: KubeObject,
  name: string,
  labels: Record<string, string>,
  spec: Loose,
): KubeObject {
  const { metadata, apiVersion, kind } = owner
  const template = owner.spec.template
  const isPod = kind !== 'Deployment'
  const annotations = isPod ? template.metadata?.annotations : undefined
  return {
    apiVersion: isPod ? 'v1' : 'apps/v1',
    kind: isPod ? 'Pod' : 'ReplicaSet',
    metadata: {
      name,
      ...(metadata.namespace && { namespace: metadata.namespace }),
      labels: { ...template.metadata?.labels, ...labels },
      ...(annotations && { annotations }),
      ownerReferences: [
        {
          apiVersion,
          kind,
          name: metadata.name,
          uid: metadata.uid ?? '',
          controller: true,
          blockOwnerDeletion: true,
        } as Loose,
      ],
    },
    spec,
  }
}

/** Short and the same for the same template. */
export function templateHash({ spec }: KubeObject): string {
  return createHash('sha256').update(JSON.stringify(spec.template)).digest('hex').slice(0, 10)
}

export function suffix(): string {
  return randomBytes(4).toString('hex').slice(0, 5)
}

/** The conditions with one of them set; its times move only when it changes. */
export function withCondition(
  conditions: Loose[] = [],
  type: string,
  value: boolean,
  reason: string,
  message = '',
): Loose[] {
  const status = value ? 'True' : 'False'
  const before = conditions.find((condition) => condition.type === type)
  if (before?.status === status && before.reason === reason) return conditions
  const now = new Date().toISOString().replace(/\.\d+/, '')
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : now
  const after = { type, status, reason, message, lastUpdateTime: now, lastTransitionTime }
  return [...conditions.filter((condition) => condition !== before), after]
}

function idOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`
}
