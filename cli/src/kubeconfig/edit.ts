import { isDeepStrictEqual } from 'node:util'
import type { Changes, ListChange } from './changes.ts'
import {
  currentContextOf,
  type Entry,
  entriesOf,
  invalid,
  type Kubeconfig,
  listNames,
  parseKubeconfig,
} from './parse-kubeconfig.ts'
import { type Splice, splicesFor } from './splices.ts'

/**
 * The text of a kubeconfig with other entries. Every byte that is not of such an entry stays as it was: comments,
 * order, quotes, line ends. The result is parsed again and compared with what it has to be, so an unforeseen
 * way to write YAML is refused and never damaged.
 * @throws KaweezleError `KUBECONFIG_INVALID` when the text is written in a way that cannot be edited
 */
export function editKubeconfig(kubeconfig: Kubeconfig, changes: Changes): string {
  const { path, text } = kubeconfig
  const splices = splicesFor(kubeconfig, changes)
  const edited = splices === undefined ? undefined : apply(text, splices)
  if (edited === undefined || !isAsMeant(edited, kubeconfig, changes)) {
    throw invalid(path, 'it is YAML of a kind that kaweezle cannot edit without damage')
  }
  return edited
}

/** Undefined where the splices contradict each other. */
function apply(text: string, splices: readonly Splice[]): string | undefined {
  let done = 0
  let edited = ''
  // Splices at the same place keep their order: sorting is stable.
  for (const { from, to, insert } of splices.toSorted((a, b) => a.from - b.from)) {
    // What two neighbours both remove, the comma between them for one, goes once.
    if (from < done && insert !== '') return undefined
    edited += text.slice(done, from) + insert
    done = Math.max(done, to)
  }
  return edited + text.slice(done)
}

function isAsMeant(edited: string, before: Kubeconfig, changes: Changes): boolean {
  let after: Kubeconfig
  try {
    after = parseKubeconfig(edited, before.path)
  } catch {
    // Whatever is wrong with it, it is not what was meant, and is not written.
    return false
  }
  const isContextRight = currentContextOf(after) === (changes.currentContext ?? currentContextOf(before))
  const areListsRight = listNames.every((list) =>
    isDeepStrictEqual(entriesOf(after, list), changedEntries(entriesOf(before, list), changes.lists[list])),
  )
  return (
    isContextRight &&
    areListsRight &&
    isDeepStrictEqual(after.others, before.others) &&
    isDeepStrictEqual(rest(after), rest(before))
  )
}

function changedEntries(entries: readonly Entry[], change: ListChange = {}): readonly Entry[] {
  const kept = entries.flatMap((entry, index) =>
    change.dropped?.has(index) ? [] : [change.replaced?.get(index) ?? entry],
  )
  return [...kept, ...(change.added ?? [])]
}

const ours: ReadonlySet<string> = new Set([...listNames, 'current-context', 'apiVersion', 'kind'])

/** What is none of our business. An empty file gets its version and kind. */
function rest({ data, root }: Kubeconfig): Readonly<Record<string, unknown>> {
  const { apiVersion, kind } = root === undefined ? { apiVersion: 'v1', kind: 'Config' } : data
  const others = Object.entries(data).filter(([key]) => !ours.has(key))
  return { apiVersion, kind, ...Object.fromEntries(others) }
}
