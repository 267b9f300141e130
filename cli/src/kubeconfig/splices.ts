import { isScalar, isSeq, type Pair } from 'yaml'
import { blockListSplices, emptyListSplices } from './block-list.ts'
import type { Changes, ListChange } from './changes.ts'
import { flowListSplices } from './flow-list.ts'
import { type Kubeconfig, listNames } from './parse-kubeconfig.ts'
import { printBlock, printFlow, printText } from './print.ts'
import { columnOf, type Layout, layoutOf, type Splice, valueRange } from './source-text.ts'

export type { Splice } from './source-text.ts'

/**
 * What to write where in a kubeconfig's text.
 * @returns undefined where something is written in a way that this does not know
 */
export function splicesFor(kubeconfig: Kubeconfig, changes: Changes): Splice[] | undefined {
  const { root, text } = kubeconfig
  const layout = layoutOf(text, root)
  const splices: Splice[] = []
  const missing: [key: string, value: unknown][] = []
  if (root === undefined) missing.push(['apiVersion', 'v1'], ['kind', 'Config'])
  for (const list of listNames) {
    const change = changes.lists[list]
    if (change === undefined || isNothing(change)) continue
    const pair = pairOf(kubeconfig, list)
    if (pair === undefined) {
      if (change.added?.length) missing.push([list, change.added])
      continue
    }
    const found = listSplices(layout, pair, change)
    if (found === undefined) return undefined
    splices.push(...found)
  }
  if (changes.currentContext !== undefined) {
    const pair = pairOf(kubeconfig, 'current-context')
    if (pair === undefined) missing.push(['current-context', changes.currentContext])
    else {
      const splice = textSplice(layout, pair, changes.currentContext)
      if (splice === undefined) return undefined
      splices.push(splice)
    }
  }
  return [...splices, ...missing.map(([key, value]) => newKeySplice(layout, key, value))]
}

function isNothing({ replaced, dropped, added }: ListChange): boolean {
  return (replaced?.size ?? 0) + (dropped?.size ?? 0) + (added?.length ?? 0) === 0
}

function pairOf({ root }: Kubeconfig, key: string): Pair | undefined {
  return root?.items.find((each) => isScalar(each.key) && each.key.value === key)
}

function listSplices(layout: Layout, pair: Pair, change: ListChange): Splice[] | undefined {
  const { value } = pair
  if (isSeq(value) && value.items.length > 0) {
    return value.flow === true
      ? flowListSplices(layout, value, change)
      : blockListSplices(layout, pair, value, change)
  }
  // `clusters:`, `clusters: null` and `clusters: []` are how tools write an empty list.
  const isEmpty = isSeq(value) || (isScalar(value) && value.value === null)
  const range = valueRange(pair)
  if (!isEmpty || range === undefined) return undefined
  const { added = [] } = change
  const { text } = layout
  if (!layout.isFlow) return emptyListSplices(layout, pair, added)
  const [from, to] = range
  const column = text.trim().includes('\n') ? columnOf(pair.key, layout) : undefined
  const printed = printFlow(added, layout, column)
  return [{ from, to, insert: from === to ? ` ${printed}` : printed }]
}

function textSplice(layout: Layout, pair: Pair, value: string): Splice | undefined {
  const range = isScalar(pair.value) ? valueRange(pair) : undefined
  if (range === undefined) return undefined
  const [from, to] = range
  const printed = printText(value, layout)
  return { from, to, insert: from === to ? ` ${printed}` : printed }
}

function newKeySplice(layout: Layout, key: string, value: unknown): Splice {
  const { at, eol, text } = layout
  if (layout.isFlow) {
    const isAlone = /^\s*\}/.test(text.slice(at))
    const space = /^\s*/.exec(text.slice(at))?.[0] ?? ''
    const column = space.includes('\n') ? space.length - space.lastIndexOf('\n') - 1 : undefined
    const printed = `${space}${JSON.stringify(key)}: ${printFlow(value, layout, column)}`
    return { from: at, to: at, insert: isAlone ? printed : `${printed},` }
  }
  const printed = printBlock({ [key]: value }, layout, layout.column)
  const isLineStart = at === 0 || text[at - 1] === '\n'
  return { from: at, to: at, insert: isLineStart ? printed + eol : eol + printed }
}
