import { type Client, resourcePath } from '../../control-plane/client.ts'
import { rest } from '../../control-plane/component.ts'
import { log, messageOf } from '../../control-plane/running.ts'
import type { Settings } from './settings.ts'
import type { Workers } from './workers.ts'

interface Following {
  settings: Settings
  client: Client
  workers: Workers
  signal: AbortSignal
}

/** Follows the pods of this node; while the server is away, those last seen go on. */
export async function watchPods({ settings, client, workers, signal }: Following): Promise<void> {
  const path = resourcePath('v1', 'pods')
  const query = { fieldSelector: `spec.nodeName=${settings.node}` }
  let told = ''
  while (!signal.aborted) {
    try {
      const { items, metadata } = await client.list(path, query)
      workers.setAll(items.map((item) => ({ ...item, apiVersion: 'v1', kind: 'Pod' })))
      const from = { ...query, resourceVersion: metadata.resourceVersion }
      for await (const { type, object } of client.watch(path, { query: from, signal })) {
        if (type === 'DELETED') workers.forget(object)
        else if (type === 'ERROR') break
        else if (type !== 'BOOKMARK') workers.set(object)
      }
      told = ''
    } catch (error) {
      if (messageOf(error) !== told)
        log('E', `reflector.go:205] "Failed to watch" err=${JSON.stringify(messageOf(error))}`)
      told = messageOf(error)
    }
    await rest(200, signal)
  }
}
