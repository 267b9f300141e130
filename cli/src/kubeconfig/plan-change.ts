import { isDeepStrictEqual } from 'node:util'
import { KaweezleError } from '../errors.ts'
import type { Changes, ListChange } from './changes.ts'
import { fileForNew } from './locate.ts'
import { currentContext, type Found, findEntries } from './merged.ts'
import { formerContextOf, isMarked, isSameAccess, type NamedAccess, ownEntry } from './own-entries.ts'
import {
  currentContextOf,
  type Entry,
  type Kubeconfig,
  type ListName,
  listNames,
} from './parse-kubeconfig.ts'

/** A kubeconfig, or the place for one. */
export interface KubeconfigFile extends Kubeconfig {
  readonly exists: boolean
}

/** What to change in which file. */
export type Plan = ReadonlyMap<Kubeconfig, Changes>

export interface PutOptions {
  /** Switch the current context, even where there is one. */
  readonly useContext: boolean
  /** Replace entries of that name that are not ours. */
  readonly overwrite: boolean
}

export interface PutPlan {
  readonly plan: Plan
  /** The file that has the context. */
  readonly path: string
  readonly switched: boolean
}

/**
 * What gives a kubeconfig the three entries of a cluster. Each is changed in the file that has it; new ones go where
 * kubectl would put them.
 * @throws KaweezleError `DECLINED` when an entry of that name is not ours
 */
export function planPut(files: readonly KubeconfigFile[], access: NamedAccess, options: PutOptions): PutPlan {
  const target = fileForNew(files)
  const current = currentContext(files)
  const switches = current !== access.name && (options.useContext || current === '')
  const draft: Draft = new Map()
  let path = target.path
  for (const list of listNames) {
    const found = findEntries(files, list, access.name)
    const foreign = found.find(({ entry }) => !isMarked(entry, list) && !isSameAccess(entry, list, access))
    if (foreign !== undefined && !options.overwrite) throw notOurs(foreign, list, access.name)
    const [first, ...copies] = found
    const remembered = first === undefined ? undefined : formerContextOf(first.entry)
    const former = list === 'contexts' ? (switches && current !== '' ? current : remembered) : undefined
    const existing = foreign === undefined ? first?.entry : undefined
    const entry = ownEntry(list, access, { existing, former })
    if (first === undefined) {
      listOf(draft, target, list).added.push(entry)
    } else if (!isDeepStrictEqual(first.entry, entry)) {
      // Another order of keys would be no reason to write.
      listOf(draft, first.file, list).replaced.set(first.index, entry)
    }
    for (const copy of copies) {
      // kubectl refuses a file that has a name twice. A copy in another file only waits for its turn.
      const isInTheWay = copy.file === first?.file || isMarked(copy.entry, list)
      if (isInTheWay) listOf(draft, copy.file, list).dropped.add(copy.index)
    }
    if (list === 'contexts') path = (first?.file ?? target).path
  }
  if (switches) changesOf(draft, target).currentContext = access.name
  return { plan: draft, path, switched: switches }
}

export interface RemovePlan {
  readonly plan: Plan
  /** The file that had the context, or another of the entries. */
  readonly path: string | undefined
  readonly removed: boolean
  /** The current context afterwards, where ours was it before. */
  readonly restored: string | undefined
}

/** What takes our entries of a name away, and nothing else. The current context is set back if it was ours. */
export function planRemove(files: readonly KubeconfigFile[], name: string): RemovePlan {
  const draft: Draft = new Map()
  let path: string | undefined
  for (const list of listNames) {
    for (const found of findEntries(files, list, name)) {
      if (!isMarked(found.entry, list)) continue
      listOf(draft, found.file, list).dropped.add(found.index)
      path = found.file.path
    }
  }
  const contexts = findEntries(files, 'contexts', name)
  // A person may have removed the context alone: the current one leads nowhere then.
  const isGone = path !== undefined && contexts.every(({ entry }) => isMarked(entry, 'contexts'))
  const isCurrent = currentContext(files) === name
  let restored: string | undefined
  if (isGone) {
    const former = contexts[0] === undefined ? undefined : formerContextOf(contexts[0].entry)
    const isThere =
      former !== undefined && former !== name && findEntries(files, 'contexts', former).length > 0
    for (const file of files) {
      if (currentContextOf(file) !== name) continue
      const value = isThere && isCurrent && restored === undefined ? former : ''
      changesOf(draft, file).currentContext = value
      if (value !== '') restored = value
    }
  }
  return { plan: draft, path, removed: path !== undefined, restored }
}

interface DraftList extends ListChange {
  readonly replaced: Map<number, Entry>
  readonly dropped: Set<number>
  readonly added: Entry[]
}

type Draft = Map<Kubeconfig, { lists: Partial<Record<ListName, DraftList>>; currentContext?: string }>

function changesOf(draft: Draft, file: Kubeconfig) {
  const changes = draft.get(file) ?? { lists: {} }
  draft.set(file, changes)
  return changes
}

function listOf(draft: Draft, file: Kubeconfig, list: ListName): DraftList {
  const { lists } = changesOf(draft, file)
  lists[list] ??= { replaced: new Map(), dropped: new Set(), added: [] }
  return lists[list]
}

function notOurs({ file }: Found, list: ListName, name: string): KaweezleError {
  return new KaweezleError(
    'DECLINED',
    `${file.path}: ${list} has a ${JSON.stringify(name)} that kaweezle did not make`,
    { hint: 'Give the cluster another name, or have that entry replaced with --overwrite.' },
  )
}
