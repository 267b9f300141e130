import { contentKeys } from './own-entries.ts'
import {
  currentContextOf,
  type Entry,
  entriesOf,
  isRecord,
  type Kubeconfig,
  type ListName,
  listNames,
} from './parse-kubeconfig.ts'

/** Where an entry is. */
export interface Found {
  readonly file: Kubeconfig
  readonly index: number
  readonly entry: Entry
}

/** The entries of a name in all files, the one that counts first (client-go: the first file wins). */
export function findEntries(files: readonly Kubeconfig[], list: ListName, name: string): readonly Found[] {
  return files.flatMap((file) =>
    entriesOf(file, list).flatMap((entry, index) => (entry['name'] === name ? [{ file, index, entry }] : [])),
  )
}

/** The current context of all files together: the first that is set. */
export function currentContext(files: readonly Kubeconfig[]): string {
  return files.map(currentContextOf).find((current) => current !== '') ?? ''
}

/** The server of a context's cluster. */
export function serverOf(files: readonly Kubeconfig[], context: Entry): string | undefined {
  const content = context[contentKeys.contexts]
  const name = isRecord(content) ? content['cluster'] : undefined
  if (typeof name !== 'string') return undefined
  const cluster = findEntries(files, 'clusters', name)[0]?.entry[contentKeys.clusters]
  const server = isRecord(cluster) ? cluster['server'] : undefined
  return typeof server === 'string' ? server : undefined
}

/** What kubectl refuses a whole file for: names that are twice in one of its lists. */
export function duplicateNames(files: readonly Kubeconfig[]): readonly string[] {
  return files.flatMap((file) =>
    listNames.flatMap((list) => {
      const names = entriesOf(file, list).map(({ name }) => name)
      const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index))
      return [...twice].map((name) => `${file.path}: ${list} has ${JSON.stringify(name)} more than once`)
    }),
  )
}
