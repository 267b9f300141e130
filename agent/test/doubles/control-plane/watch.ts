import type { ServerResponse } from 'node:http'
import { Failure, statusOf } from './failure.ts'
import type { KubeObject } from './objects.ts'
import { served, type Target } from './rest.ts'
import type { Matcher } from './selectors.ts'
import { eventFor, keyOf, type Store } from './store.ts'

export interface WatchRequest {
  store: Store
  target: Target
  query: URLSearchParams
  matches: Matcher
  /** The object as it goes over the wire: itself, or a Table with one row. */
  show: (object: KubeObject) => object
}

/** Streams events, one JSON text a line, until either side ends it. */
export function streamWatch(
  { store, target, query, matches, show }: WatchRequest,
  response: ServerResponse,
): void {
  const { resource, namespace } = target
  const prefix = keyOf(resource, namespace)
  const send = (type: string, object: object) => response.write(`${JSON.stringify({ type, object })}\n`)
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  response.flushHeaders()

  const asked = query.get('resourceVersion') ?? ''
  const initial = query.get('sendInitialEvents') === 'true'
  const listFirst = initial || asked === '' || asked === '0'
  const since = listFirst ? store.revision() : Number(asked)
  if (listFirst && query.get('sendInitialEvents') !== 'false')
    for (const object of store.list(prefix))
      if (matches(object)) send('ADDED', show(served(object, resource)))
  if (initial) send('BOOKMARK', bookmark(target, since))

  const stop = store.follow(since, (change) => {
    if (!change.key.startsWith(prefix)) return
    const event = eventFor(change, matches)
    if (event) send(event.type, show(served(event.object, resource)))
  })
  if (!stop) {
    send(
      'ERROR',
      statusOf(new Failure(410, 'Expired', `too old resource version: ${asked} (${store.revision()})`)),
    )
    response.end()
    return
  }
  const seconds = Number(query.get('timeoutSeconds') ?? 0)
  const timer = seconds > 0 ? setTimeout(() => response.end(), seconds * 1000) : undefined
  response.on('close', () => {
    clearTimeout(timer)
    stop()
  })
}

function bookmark({ resource }: Target, revision: number): object {
  const annotations = { 'k8s.io/initial-events-end': 'true' }
  const metadata = { resourceVersion: String(revision), creationTimestamp: null, annotations }
  return { ...served({ metadata } as unknown as KubeObject, resource) }
}
