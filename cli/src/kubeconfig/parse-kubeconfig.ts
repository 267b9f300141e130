import { type Document, isMap, LineCounter, parseAllDocuments, type YAMLMap } from 'yaml'
import { KaweezleError } from '../errors.ts'

export const listNames = ['clusters', 'users', 'contexts'] as const
export type ListName = (typeof listNames)[number]

/** An entry of a list, as plain data: `{ name, cluster }`, `{ name, user }` or `{ name, context }`. */
export type Entry = Readonly<Record<string, unknown>>

/** A kubeconfig as it is in its file. */
export interface Kubeconfig {
  readonly path: string
  /** Without a byte order mark. */
  readonly text: string
  /** Undefined where the text has nothing but space and comments. */
  readonly root: YAMLMap | undefined
  /** The first document as plain data. */
  readonly data: Readonly<Record<string, unknown>>
  /** The documents behind the first one, which kubectl does not read. */
  readonly others: readonly unknown[]
}

/**
 * Parses a kubeconfig far enough to edit it; entries may hold anything.
 * @param path what the file is called in the error
 * @throws KaweezleError `KUBECONFIG_INVALID` with file and line, when it is not YAML, not a mapping, of another
 *   kind, or has lists that are none
 * @see https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
 */
export function parseKubeconfig(text: string, path: string): Kubeconfig {
  const lines = new LineCounter()
  const fail = (what: string, offset?: number): KaweezleError => {
    const line = offset === undefined ? undefined : lines.linePos(offset).line
    return invalid(line === undefined ? path : `${path}:${line}`, what)
  }
  const parsed = parseAllDocuments(text, {
    keepSourceTokens: true,
    lineCounter: lines,
    // client-go reads YAML 1.1, which has merge keys.
    merge: true,
    prettyErrors: false,
    logLevel: 'silent',
  })
  const documents: Document.Parsed[] = Array.isArray(parsed) ? parsed : []
  const [error] = documents.flatMap(({ errors }) => errors)
  if (error !== undefined) throw fail(`not YAML: ${error.message}`, error.pos[0])
  const [data, ...others] = documents.map((document) => plain(document, fail))
  const contents = documents[0]?.contents
  if (data === undefined || data === null) return { path, text, root: undefined, data: {}, others }
  if (!isMap(contents) || !isRecord(data)) throw fail('not a mapping', contents?.range[0])
  const root: YAMLMap = contents
  const wrong = (key: string, what: string) => fail(`${key} is ${what}`, offsetOf(root, key))
  expectValue(data, 'apiVersion', 'v1', wrong)
  expectValue(data, 'kind', 'Config', wrong)
  for (const list of listNames) {
    const entries = data[list] ?? []
    if (!Array.isArray(entries)) throw wrong(list, 'not a list')
    if (!entries.every((entry) => entry === null || isRecord(entry))) {
      throw wrong(list, 'not a list of mappings')
    }
  }
  if (!['string', 'undefined'].includes(typeof (data['current-context'] ?? undefined))) {
    throw wrong('current-context', 'not a text')
  }
  return { path, text, root, data, others }
}

/** The entries of a list; those that are no mapping are empty ones, so that places stay as they are. */
export function entriesOf({ data }: Pick<Kubeconfig, 'data'>, list: ListName): readonly Entry[] {
  const entries = data[list]
  return Array.isArray(entries) ? entries.map((entry) => (isRecord(entry) ? entry : {})) : []
}

/** The name of the current context; empty where there is none. */
export function currentContextOf({ data }: Pick<Kubeconfig, 'data'>): string {
  const current = data['current-context']
  return typeof current === 'string' ? current : ''
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @param where the file, and its line where that is known */
export function invalid(where: string, what: string): KaweezleError {
  return new KaweezleError('KUBECONFIG_INVALID', `${where}: ${what}`, {
    hint: 'The file was not changed. Correct it, or name another one with --kubeconfig.',
  })
}

function plain(document: Document.Parsed, fail: (what: string, offset?: number) => KaweezleError): unknown {
  try {
    return document.toJS()
  } catch (error) {
    // Aliases of nothing, or so many that they are an attack.
    if (error instanceof ReferenceError) throw fail(`not YAML: ${error.message}`, document.range[0])
    throw error
  }
}

function expectValue(
  data: Readonly<Record<string, unknown>>,
  key: string,
  value: string,
  wrong: (key: string, what: string) => KaweezleError,
): void {
  const found = data[key] ?? ''
  if (found !== value && found !== '') throw wrong(key, `not ${value}`)
}

function offsetOf(root: YAMLMap, key: string): number | undefined {
  const pair = root.items.find((each) => String(each.key) === key)
  const node = pair?.key
  return typeof node === 'object' && node !== null && 'range' in node
    ? (node as { range?: [number, number, number] }).range?.[0]
    : undefined
}
