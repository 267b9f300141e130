import { type Entry, isRecord, type ListName } from './parse-kubeconfig.ts'

/** How a cluster is reached. Certificates and key are PEM. */
export interface ClusterAccess {
  readonly server: string
  readonly certificateAuthority: string
  readonly clientCertificate: string
  readonly clientKey: string
}

/** What cluster, user and context are called, and what is in them. */
export interface NamedAccess extends ClusterAccess {
  readonly name: string
  /** The namespace of a context that has none yet. */
  readonly namespace?: string | undefined
}

/** The key that holds the entry's content. */
export const contentKeys = { clusters: 'cluster', users: 'user', contexts: 'context' } as const

/** Our mark in `extensions`, as minikube has one; every client keeps what it finds there. */
const markName = 'kaweezle'
const markVersion = 'v1'

/** Whether an entry has our mark. */
export function isMarked(entry: Entry, list: ListName): boolean {
  return markOf(entry, list) !== undefined
}

/** The context that was current before ours was; undefined where there was none. */
export function formerContextOf(context: Entry): string | undefined {
  const former = markOf(context, 'contexts')?.['former-context']
  return typeof former === 'string' && former !== '' ? former : undefined
}

/** Whether an entry without a mark is what we would write: an earlier version or a person has put it there. */
export function isSameAccess(entry: Entry, list: ListName, access: NamedAccess): boolean {
  const content = contentOf(entry, list)
  return Object.entries(contentFor(list, access)).every(([key, value]) => content[key] === value)
}

/**
 * An entry of ours. What else `existing` has stays in it: a proxy-url, a namespace, extensions of other tools.
 * @param former what to remember as the context that was current before
 */
export function ownEntry(
  list: ListName,
  access: NamedAccess,
  { existing, former }: { existing?: Entry | undefined; former?: string | undefined } = {},
): Entry {
  const kept = existing === undefined ? {} : contentOf(existing, list)
  const mark = { version: markVersion, ...(former === undefined ? {} : { 'former-context': former }) }
  const content: Record<string, unknown> = { ...kept, ...contentFor(list, access) }
  for (const key of contradicting) delete content[key]
  if (list === 'contexts' && access.namespace !== undefined) content['namespace'] ??= access.namespace
  const marked = { name: markName, extension: mark }
  const others = extensionsOf(kept).map((each) => (isMark(each) ? marked : each))
  content['extensions'] = others.includes(marked) ? others : [...others, marked]
  return { ...existing, [contentKeys[list]]: content, name: access.name }
}

/** Paths that stand for the data we write; client-go prefers the data, and other clients may not. */
const contradicting = ['certificate-authority', 'client-certificate', 'client-key']

function contentFor(list: ListName, access: NamedAccess): Readonly<Record<string, string>> {
  if (list === 'contexts') return { cluster: access.name, user: access.name }
  if (list === 'users') {
    return {
      'client-certificate-data': base64(access.clientCertificate),
      'client-key-data': base64(access.clientKey),
    }
  }
  return { 'certificate-authority-data': base64(access.certificateAuthority), server: access.server }
}

function markOf(entry: Entry, list: ListName): Readonly<Record<string, unknown>> | undefined {
  const mark = extensionsOf(contentOf(entry, list)).find(
    (each) => isRecord(each) && each['name'] === markName,
  )
  const extension = isRecord(mark) ? mark['extension'] : undefined
  return isRecord(extension) ? extension : undefined
}

function isMark(extension: unknown): extension is Readonly<Record<string, unknown>> {
  return isRecord(extension) && extension['name'] === markName
}

function contentOf(entry: Entry, list: ListName): Readonly<Record<string, unknown>> {
  const content = entry[contentKeys[list]]
  return isRecord(content) ? content : {}
}

function extensionsOf(content: Readonly<Record<string, unknown>>): readonly unknown[] {
  const { extensions } = content
  return Array.isArray(extensions) ? extensions : []
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}
