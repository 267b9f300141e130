import { type Document, isMap, isSeq, parseDocument, type YAMLSeq } from 'yaml'
import { AgentError } from '../errors.ts'

/**
 * A kubeconfig whose clusters are at `server`; all else of it stays as it is. Those of kubeadm have one cluster, and
 * that of kube-public/cluster-info has no context.
 * @param path what it is called in the error
 * @throws AgentError `FILE_FAILED` when it is no kubeconfig with a cluster
 */
export function pointKubeconfig(text: string, server: string, path: string): string {
  const document = parsed(text)
  const clusters = document?.get('clusters', true)
  const entries = isSeq(clusters) ? clusters.items.filter(isMap) : []
  if (document === undefined || entries.length === 0) throw unusable(path)
  for (const entry of entries) {
    if (!isMap(entry.get('cluster', true))) throw unusable(path)
    entry.setIn(['cluster', 'server'], server)
  }
  return document.toString(printing)
}

export interface OwnAccess {
  /** What cluster, user and context are called. */
  readonly name: string
  readonly server: string
}

/**
 * A person's kubeconfig with the administrator's access to the cluster in it. What else is there stays; the current
 * context stays too, unless it was ours, or none that is there.
 * @param existing undefined where there is none
 * @param admin the text of admin.conf
 * @returns undefined when `existing` cannot be understood
 * @throws AgentError `FILE_FAILED` when admin.conf cannot be
 */
export function mergeKubeconfig(
  existing: string | undefined,
  admin: string,
  { name, server }: OwnAccess,
): string | undefined {
  const source = parsed(admin)
  const context = entryOf(source, 'contexts', source?.get('current-context'))
  const cluster = plain(
    entryOf(source, 'clusters', context?.getIn(['context', 'cluster']))?.get('cluster', true),
  )
  const user = plain(entryOf(source, 'users', context?.getIn(['context', 'user']))?.get('user', true))
  if (cluster === undefined || user === undefined) throw unusable('/etc/kubernetes/admin.conf')
  const target = parsed(isBlank(existing) ? emptyKubeconfig : existing)
  if (target === undefined) return undefined
  const isPlaced =
    place(target, 'clusters', { name, cluster: { ...cluster, server } }) &&
    place(target, 'users', { name, user }) &&
    place(target, 'contexts', { name, context: { cluster: name, user: name } })
  if (!isPlaced) return undefined
  const current = target.get('current-context')
  if (entryOf(target, 'contexts', current) === undefined) target.set('current-context', name)
  return target.toString(printing)
}

/**
 * A person's kubeconfig without the access to the cluster.
 * @returns undefined when it cannot be understood; an empty text when nothing else is in it
 */
export function forgetKubeconfig(existing: string, name: string): string | undefined {
  const document = parsed(existing)
  if (document === undefined) return undefined
  let left = 0
  for (const list of ['clusters', 'users', 'contexts']) {
    const entries = document.get(list, true)
    if (!isSeq(entries)) continue
    entries.items = entries.items.filter((item) => !isMap(item) || item.get('name') !== name)
    left += entries.items.length
  }
  if (document.get('current-context') === name) document.delete('current-context')
  return left === 0 ? '' : document.toString(printing)
}

const emptyKubeconfig = 'apiVersion: v1\nkind: Config\n'

/** As kubectl writes it. Base64 of certificates is one line, however long. */
const printing = { lineWidth: 0, indentSeq: false } as const

/** A document that is a mapping; undefined where the text is none. */
function parsed(text: string | undefined): Document.Parsed | undefined {
  const document = parseDocument(text ?? '', { logLevel: 'silent' })
  return document.errors.length === 0 && isMap(document.contents) ? document : undefined
}

function isBlank(text: string | undefined): boolean {
  return (text ?? '').trim() === ''
}

/** The entry called `name` of one of a kubeconfig's lists. */
function entryOf(document: Document | undefined, list: string, name: unknown) {
  const entries = document?.get(list, true)
  if (!isSeq(entries) || typeof name !== 'string') return undefined
  return entries.items.filter(isMap).find((entry) => entry.get('name') === name)
}

interface Entry {
  readonly name: string
  readonly [key: string]: unknown
}

/** Puts an entry in place of the one of its name, or at the end; false where the list is something else. */
function place(document: Document, list: string, entry: Entry): boolean {
  const existing = document.get(list, true)
  // `clusters:` with nothing behind it is how some tools write an empty list.
  const isNone = existing === undefined || plain(existing) === null
  if (!isNone && !isSeq(existing)) return false
  const entries = isNone ? (document.createNode([]) as YAMLSeq) : (existing as YAMLSeq)
  entries.flow = false
  if (isNone) document.set(list, entries)
  const index = entries.items.findIndex((item) => isMap(item) && item.get('name') === entry.name)
  if (index === -1) entries.items.push(document.createNode(entry))
  else entries.items[index] = document.createNode(entry)
  return true
}

// biome-ignore lint/suspicious/noExplicitAny: a YAML node's value may be anything, and is only copied
function plain(node: any): any {
  return node?.toJSON === undefined ? node : node.toJSON()
}

function unusable(path: string): AgentError {
  return new AgentError('FILE_FAILED', `${path} is not a usable kubeconfig`, {
    hint: 'Remove it and run this again: it is made anew.',
  })
}
