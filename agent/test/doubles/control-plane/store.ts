import type { EtcdClient } from './etcd-client.ts'
import type { KubeObject, WatchEvent } from './objects.ts'
import type { Resource } from './resources.ts'
import { oneByOne } from './running.ts'

export interface Change {
  type: 'ADDED' | 'MODIFIED' | 'DELETED'
  key: string
  revision: number
  object: KubeObject
  /** What was there before, for watchers whose selector no longer (or newly) fits. */
  previous?: KubeObject
}

/** All objects, in memory, and behind them etcd: nothing is seen by anyone before etcd has it. */
export interface Store {
  revision(): number
  get(key: string): KubeObject | undefined
  list(prefix: string): KubeObject[]
  /** Reads and writes of one call are not mixed with those of others. */
  exclusive<T>(call: () => Promise<T>): Promise<T>
  put(key: string, object: KubeObject): Promise<KubeObject>
  remove(key: string): Promise<KubeObject | undefined>
  /** Changes after `revision`, then those to come. False when that is too long ago. */
  follow(revision: number, listener: (change: Change) => void): (() => void) | undefined
}

const historyLimit = 2000

export function createStore(etcd: EtcdClient): Store {
  const objects = new Map<string, KubeObject>()
  const listeners = new Set<(change: Change) => void>()
  let history: Change[] = []
  let revision = etcd.dump.revision
  let oldest = revision
  for (const entry of etcd.dump.entries)
    objects.set(entry.key, stamped(JSON.parse(entry.value), entry.revision))

  function publish(change: Change): void {
    revision = change.revision
    history.push(change)
    if (history.length > historyLimit) {
      const cut = history.slice(0, historyLimit / 2)
      oldest = cut.at(-1)?.revision ?? oldest
      history = history.slice(historyLimit / 2)
    }
    for (const listener of [...listeners]) listener(change)
  }

  return {
    revision: () => revision,
    get: (key) => objects.get(key),
    list: (prefix) =>
      [...objects]
        .filter(([key]) => key.startsWith(prefix))
        .sort(byKey)
        .map(([, object]) => object),
    exclusive: oneByOne(),
    put: async (key, object) => {
      const { resourceVersion: _, ...metadata } = object.metadata
      const written = await etcd.commit([{ key, value: JSON.stringify({ ...object, metadata }) }])
      const stored = stamped({ ...object, metadata }, written)
      const previous = objects.get(key)
      objects.set(key, stored)
      const type = previous ? 'MODIFIED' : 'ADDED'
      publish({ type, key, revision: written, object: stored, ...(previous && { previous }) })
      return stored
    },
    remove: async (key) => {
      const previous = objects.get(key)
      if (!previous) return undefined
      const written = await etcd.commit([{ key }])
      objects.delete(key)
      const object = stamped(previous, written)
      publish({ type: 'DELETED', key, revision: written, object, previous })
      return object
    },
    follow: (since, listener) => {
      if (since < oldest) return undefined
      for (const change of history) if (change.revision > since) listener(change)
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export function keyOf({ group, plural }: Resource, namespace?: string, name?: string): string {
  const root = `/registry/${group === '' ? plural : `${group}/${plural}`}/`
  return root + (namespace ? `${namespace}/` : '') + (name ?? '')
}

/** What a watcher with this selector sees of a change, if anything. */
export function eventFor(change: Change, matches: (object: KubeObject) => boolean): WatchEvent | undefined {
  const now = change.type !== 'DELETED' && matches(change.object)
  const before = change.previous !== undefined && matches(change.previous)
  if (now) return { type: before ? 'MODIFIED' : 'ADDED', object: change.object }
  return before ? { type: 'DELETED', object: change.object } : undefined
}

function stamped(object: KubeObject, revision: number): KubeObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } }
}

function byKey([left]: [string, unknown], [right]: [string, unknown]): number {
  return left < right ? -1 : 1
}
