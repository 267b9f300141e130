import type { IncomingMessage, ServerResponse } from 'node:http'
import { discover, openApi } from './discovery.ts'
import { Failure } from './failure.ts'
import type { KubeObject } from './objects.ts'
import { parsePath } from './request-info.ts'
import { apiVersionOf, builtInResources, customResources, type Resource } from './resources.ts'
import * as rest from './rest.ts'
import { matcherOf } from './selectors.ts'
import { keyOf, type Store } from './store.ts'
import { tableOf } from './table.ts'
import { streamWatch } from './watch.ts'
import { type Answer, scaleOf, write } from './writes.ts'

/** Answers a request of somebody known. Nothing comes back when the response is a stream of its own. */
export async function answer(
  store: Store,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Answer | undefined> {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'https://localhost')
  const accept = request.headers.accept ?? ''
  const resources = [
    ...builtInResources,
    ...store.list('/registry/apiextensions.k8s.io/').flatMap(customResources),
  ]
  const method = request.method ?? 'GET'
  if (method === 'GET') {
    const found = discover(pathname, accept, resources)
    if (found) return { status: 200, ...found }
    const schema = pathname.startsWith('/openapi/v3') ? openApi(pathname, resources) : undefined
    if (schema) return { status: 200, body: schema }
  }
  const target = targetOf(pathname, resources)
  const body = method === 'GET' ? Buffer.alloc(0) : await bodyOf(request)
  if (method !== 'GET')
    return write({ store, target, query, method, body, type: request.headers['content-type'] ?? '' })
  return read(store, target, query, accept, response)
}

function read(
  store: Store,
  target: rest.Target,
  query: URLSearchParams,
  accept: string,
  response: ServerResponse,
) {
  const { resource, namespace, name, subresource } = target
  const asTable = /as=Table/.test(accept)
  const table = (objects: KubeObject[], version: string) => tableOf(resource, objects, version)
  const matches = matcherOf(query)
  if (query.get('watch') === 'true' || query.get('watch') === '1') {
    const show = (object: KubeObject) =>
      asTable ? table([object], object.metadata.resourceVersion ?? '') : object
    const mine = name ? (object: KubeObject) => object.metadata.name === name && matches(object) : matches
    streamWatch({ store, target, query, matches: mine, show }, response)
    return undefined
  }
  if (name) {
    const object = rest.readObject(store, target)
    if (subresource === 'scale') return { status: 200, body: scaleOf(object) }
    return { status: 200, body: asTable ? table([object], object.metadata.resourceVersion ?? '') : object }
  }
  const found = store.list(keyOf(resource, namespace)).filter(matches)
  const items = found.map((object) => rest.served(object, resource))
  const resourceVersion = String(store.revision())
  if (asTable) return { status: 200, body: table(items, resourceVersion) }
  const list = {
    kind: `${resource.kind}List`,
    apiVersion: apiVersionOf(resource),
    metadata: { resourceVersion },
    items,
  }
  return { status: 200, body: list }
}

function targetOf(path: string, resources: Resource[]): rest.Target {
  const info = parsePath(path)
  const resource = resources.find(
    ({ group, version, plural }) =>
      group === info?.group && version === info.version && plural === info.plural,
  )
  if (!info || !resource)
    throw new Failure(404, 'NotFound', 'the server could not find the requested resource')
  const { namespace, name, subresource } = info
  if (subresource && !resource.subresources.includes(subresource))
    throw new Failure(404, 'NotFound', 'the server could not find the requested resource')
  return {
    resource,
    ...(namespace && { namespace }),
    ...(name && { name }),
    ...(subresource && { subresource }),
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}
