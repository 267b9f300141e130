import { parse } from 'yaml'
import { Failure } from './failure.ts'
import { jsonPatch, mergePatch, strategicPatch } from './merge.ts'
import type { KubeObject, Loose } from './objects.ts'
import { isProtobuf, parseProtobuf } from './protobuf.ts'
import { apiVersionOf, customResources, type Resource } from './resources.ts'
import * as rest from './rest.ts'
import { matcherOf } from './selectors.ts'
import { keyOf, type Store } from './store.ts'

export interface Answer {
  status: number
  body: object
  type?: string
}

export interface Write {
  store: Store
  target: rest.Target
  query: URLSearchParams
  method: string
  body: Buffer
  type: string
}

export async function write({ store, target, query, method, body: bytes, type }: Write): Promise<Answer> {
  const options: rest.WriteOptions = {
    fieldManager: query.get('fieldManager') ?? 'unknown',
    dryRun: query.get('dryRun') === 'All',
  }
  return store.exclusive(async () => {
    if (method === 'DELETE') return remove(store, target, query, optionsOf(bytes))
    const given = isProtobuf(bytes) ? parseProtobuf(bytes) : (parse(bytes.toString()) ?? {})
    if (method === 'POST' && !target.name) {
      checkKind(given, target.resource)
      return { status: 201, body: await rest.createObject(store, target, given, options) }
    }
    if (method === 'POST' && target.subresource === 'eviction') {
      await rest.deleteObject(store, target, given.deleteOptions?.gracePeriodSeconds, options.dryRun)
      return { status: 201, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } }
    }
    if (method === 'PUT' && target.name) {
      if (target.subresource === 'scale') return scale(store, target, given, options)
      return { status: 200, body: await rest.updateObject(store, target, given, options) }
    }
    if (method !== 'PATCH' || !target.name)
      throw new Failure(
        405,
        'MethodNotAllowed',
        'the server does not allow this method on the requested resource',
      )
    const isApply = type.includes('apply-patch')
    if (isApply && !target.subresource) {
      checkKind(given, target.resource)
      const isNew = !store.get(keyOf(target.resource, target.namespace, target.name))
      const body = await rest.applyObject(store, target, given, options)
      return { status: isNew ? 201 : 200, body }
    }
    const before = rest.readObject(store, target)
    if (target.subresource === 'scale')
      return scale(store, target, mergePatch(scaleOf(before), given), options)
    const after = patched(before, given, type)
    return { status: 200, body: await rest.updateObject(store, target, after, options) }
  })
}

async function remove(
  store: Store,
  target: rest.Target,
  query: URLSearchParams,
  given: Loose,
): Promise<Answer> {
  const grace = query.get('gracePeriodSeconds') ?? given.gracePeriodSeconds
  const seconds = grace === undefined || grace === null ? undefined : Number(grace)
  const dryRun = query.get('dryRun') === 'All' || given.dryRun?.includes('All')
  if (target.name) {
    const object = await rest.deleteObject(store, target, seconds, dryRun)
    if (object.kind === 'CustomResourceDefinition' && !dryRun)
      for (const resource of customResources(object))
        for (const { metadata } of store.list(keyOf(resource)))
          await store.remove(keyOf(resource, metadata.namespace, metadata.name))
    return { status: 200, body: object }
  }
  const all = store.list(keyOf(target.resource, target.namespace)).filter(matcherOf(query))
  for (const { metadata } of all) {
    const namespace = metadata.namespace
    await rest.deleteObject(
      store,
      { resource: target.resource, name: metadata.name, ...(namespace && { namespace }) },
      seconds,
    )
  }
  return { status: 200, body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' } }
}

/** DeleteOptions, of which protobuf is not read: nothing the doubles need comes that way. */
function optionsOf(bytes: Buffer): Loose {
  return bytes.length === 0 || isProtobuf(bytes) ? {} : JSON.parse(bytes.toString())
}

function patched(before: KubeObject, patch: Loose, type: string): KubeObject {
  if (!type.includes('json-patch'))
    return type.includes('strategic') || type.includes('apply-patch')
      ? strategicPatch(before, patch)
      : mergePatch(before, patch)
  try {
    return jsonPatch(before, patch)
  } catch (error) {
    throw new Failure(
      422,
      'Invalid',
      `the server rejected our request due to an error in our request: ${String(error)}`,
    )
  }
}

async function scale(
  store: Store,
  target: rest.Target,
  given: Loose,
  options: rest.WriteOptions,
): Promise<Answer> {
  const { subresource: _, ...main } = target
  const before = rest.readObject(store, main)
  const after = { ...before, spec: { ...before.spec, replicas: given.spec?.replicas } }
  return { status: 200, body: scaleOf(await rest.updateObject(store, main, after, options)) }
}

export function scaleOf({ metadata, spec, status }: KubeObject): object {
  const { name, namespace, uid, resourceVersion } = metadata
  const replicas = { spec: { replicas: spec?.replicas }, status: { replicas: status?.replicas ?? 0 } }
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion },
    ...replicas,
  }
}

function checkKind(given: Loose, { kind, ...resource }: Resource): void {
  if (given?.kind === kind && given.apiVersion === apiVersionOf(resource) && given.metadata) return
  const what = `${given?.apiVersion}, Kind=${given?.kind}`
  throw new Failure(
    400,
    'BadRequest',
    `${what} in the body does not fit ${apiVersionOf(resource)}, Kind=${kind} of the path`,
  )
}
