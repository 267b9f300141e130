import { randomBytes, randomUUID } from 'node:crypto'
import { checkWebhooks } from './admission.ts'
import { applyConfig, noteUpdate } from './apply.ts'
import { now, withDefaults } from './defaults.ts'
import { Failure } from './failure.ts'
import { equal } from './merge.ts'
import type { KubeObject, Loose } from './objects.ts'
import { apiVersionOf, hasGeneration, qualified, type Resource } from './resources.ts'
import { keyOf, type Store } from './store.ts'

export interface Target {
  resource: Resource
  namespace?: string
  name?: string
  subresource?: string
}

export interface WriteOptions {
  fieldManager: string
  dryRun: boolean
}

export function readObject(store: Store, target: Target): KubeObject {
  const object = store.get(keyOf(target.resource, target.namespace, target.name))
  if (!object) throw notFound(target)
  return served(object, target.resource)
}

/** The object in the version that was asked for. */
export function served(object: KubeObject, resource: Resource): KubeObject {
  return { ...object, apiVersion: apiVersionOf(resource), kind: resource.kind }
}

export async function createObject(store: Store, target: Target, given: KubeObject, options: WriteOptions) {
  const { resource, namespace } = target
  const metadata = { ...given.metadata }
  if (!metadata.name && metadata.generateName)
    metadata.name = `${metadata.generateName}${randomBytes(4).toString('hex').slice(0, 5)}`
  if (!metadata.name) throw invalid(target, 'metadata.name: Required value: name or generateName is required')
  const named = { ...target, name: metadata.name }
  const key = keyOf(resource, namespace, metadata.name)
  if (store.get(key))
    throw new Failure(
      409,
      'AlreadyExists',
      `${qualified(resource)} "${metadata.name}" already exists`,
      details(named),
    )
  checkNamespace(store, namespace)
  checkWebhooks(store, resource, 'CREATE')
  const { status: _, ...withoutStatus } = given
  // A kubelet registers its node with the status in it.
  const dropsStatus = resource.subresources.includes('status') && resource.kind !== 'Node'
  const draft = dropsStatus ? withoutStatus : given
  const object = withDefaults(
    {
      ...draft,
      ...{ apiVersion: apiVersionOf(resource), kind: resource.kind },
      metadata: {
        ...metadata,
        ...(namespace && { namespace }),
        uid: randomUUID(),
        creationTimestamp: now(),
        ...(hasGeneration(resource) && { generation: 1 }),
      },
    },
    () => new Set(store.list('/registry/services/').map(({ spec }) => spec?.clusterIP)),
  )
  object.metadata.managedFields ??= noteUpdate(undefined, object, options.fieldManager) ?? []
  return options.dryRun ? object : store.put(key, object)
}

export async function updateObject(store: Store, target: Target, given: KubeObject, options: WriteOptions) {
  const { resource, subresource } = target
  const before = readObject(store, target)
  const version = given.metadata.resourceVersion
  if (version && version !== before.metadata.resourceVersion) {
    const what = `Operation cannot be fulfilled on ${qualified(resource)} "${target.name}"`
    const message = `${what}: the object has been modified; please apply your changes to the latest version and try again`
    throw new Failure(409, 'Conflict', message, details(target))
  }
  const after = kept(before, given, target)
  if (!given.metadata.managedFields || equal(given.metadata.managedFields, before.metadata.managedFields))
    after.metadata.managedFields = noteUpdate(before, after, options.fieldManager) ?? []
  if (equal(withoutFieldTimes(before), withoutFieldTimes(after))) return before
  if (!subresource) checkWebhooks(store, resource, 'UPDATE')
  if (options.dryRun) return after
  const key = keyOf(resource, target.namespace, target.name)
  const mayGo = after.metadata.deletionTimestamp && !after.metadata.finalizers?.length
  const isHeld =
    resource.plural === 'pods' || (resource.kind === 'Namespace' && after.spec?.finalizers?.length)
  if (mayGo && !isHeld) return (await store.remove(key)) ?? after
  return store.put(key, after)
}

export async function applyObject(store: Store, target: Target, config: KubeObject, options: WriteOptions) {
  const before = store.get(keyOf(target.resource, target.namespace, target.name))
  const {
    resourceVersion: _,
    managedFields: __,
    ...metadata
  } = { ...config.metadata, name: target.name ?? '' }
  const applied = applyConfig(before, { ...config, metadata }, options.fieldManager)
  return before
    ? updateObject(store, target, applied, options)
    : createObject(store, target, applied, options)
}

/** At once, or by a mark when finalizers or a kubelet must see it first. */
export async function deleteObject(store: Store, target: Target, grace: number | undefined, dryRun = false) {
  const { resource, namespace, name } = target
  const object = readObject(store, target)
  const key = keyOf(resource, namespace, name)
  if (dryRun) return object
  const isMirror = 'kubernetes.io/config.mirror' in (object.metadata.annotations ?? {})
  const isOver = ['Succeeded', 'Failed'].includes(object.status?.phase) || isMirror
  const onNode = resource.kind === 'Pod' && object.spec?.nodeName && !isOver
  const seconds = onNode ? (grace ?? object.spec.terminationGracePeriodSeconds ?? 30) : 0
  const isNamespace = resource.kind === 'Namespace'
  if (seconds === 0 && !isNamespace && !object.metadata.finalizers?.length)
    return (await store.remove(key)) ?? object
  if (object.metadata.deletionTimestamp) return object
  const marked: KubeObject = {
    ...object,
    metadata: { ...object.metadata, deletionTimestamp: now(), deletionGracePeriodSeconds: seconds } as Loose,
    ...(isNamespace && { status: { ...object.status, phase: 'Terminating' } }),
  }
  return store.put(key, marked)
}

export function notFound(target: Target): Failure {
  return new Failure(
    404,
    'NotFound',
    `${qualified(target.resource)} "${target.name}" not found`,
    details(target),
  )
}

/** Of what was given, the part that this path may change; the rest as it was. */
function kept(before: KubeObject, given: KubeObject, { resource, subresource }: Target): KubeObject {
  if (subresource === 'status') return { ...before, metadata: { ...before.metadata }, status: given.status }
  if (subresource === 'finalize') return { ...before, metadata: { ...before.metadata }, spec: given.spec }
  const { uid, creationTimestamp, deletionTimestamp, generation, namespace, name } = before.metadata
  const fixed = { uid, creationTimestamp, deletionTimestamp, generation, namespace, name }
  const present = Object.fromEntries(Object.entries(fixed).filter(([, value]) => value !== undefined))
  const { status: given_, ...rest } = given
  const status = resource.subresources.includes('status') ? before.status : given_
  const metadata = { ...given.metadata, ...present, resourceVersion: before.metadata.resourceVersion ?? '' }
  const draft: KubeObject = { ...rest, metadata, ...(status && { status }) }
  const after = withDefaults({ ...draft, apiVersion: before.apiVersion, kind: before.kind }, () => new Set())
  const old = before.spec?.clusterIP
  if (resource.kind === 'Service' && old && !given.spec?.clusterIP)
    after.spec = { ...after.spec, clusterIP: old, clusterIPs: [old] }
  if (hasGeneration(resource) && !equal(content(before), content(after)))
    after.metadata.generation = (before.metadata.generation ?? 0) + 1
  return after
}

function content({ metadata: _, status: __, ...rest }: KubeObject): object {
  return rest
}

function withoutFieldTimes({ metadata, ...rest }: KubeObject): object {
  const { resourceVersion: _, managedFields = [], ...more } = metadata
  return {
    ...rest,
    metadata: { ...more, managedFields: managedFields.map(({ time: __, ...entry }) => entry) },
  }
}

function checkNamespace(store: Store, namespace: string | undefined): void {
  if (!namespace) return
  const found = store.get(`/registry/namespaces/${namespace}`)
  if (!found)
    throw new Failure(404, 'NotFound', `namespaces "${namespace}" not found`, {
      name: namespace,
      kind: 'namespaces',
    })
  if (!found.metadata.deletionTimestamp) return
  const message = `unable to create new content in namespace ${namespace} because it is being terminated`
  throw new Failure(403, 'Forbidden', message)
}

function invalid(target: Target, message: string): Failure {
  return new Failure(422, 'Invalid', `${target.resource.kind} "" is invalid: ${message}`, details(target))
}

function details({ resource, name }: Target): object {
  return { name, group: resource.group, kind: resource.plural }
}
