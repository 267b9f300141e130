import type { Pair, YAMLSeq } from 'yaml'
import type { ListChange } from './changes.ts'
import type { Entry } from './parse-kubeconfig.ts'
import { printBlock } from './print.ts'
import {
  endOfIndicator,
  type Layout,
  lineStart,
  lineStartFrom,
  nextLine,
  type Splice,
  type Token,
  valueRange,
} from './source-text.ts'

/** What to write where in a list of `- ` entries; undefined where one is not on lines of its own. */
export function blockListSplices(
  layout: Layout,
  pair: Pair,
  list: YAMLSeq,
  { replaced, dropped, added = [] }: ListChange,
): Splice[] | undefined {
  const items = list.items.map((item, index) => placeOf(layout, list, item, index))
  const [first] = items
  const end = list.range?.[1]
  const { text } = layout
  if (first === undefined || end === undefined || !items.every((item) => item !== undefined)) return undefined
  const splices = items.flatMap((item, index): Splice[] => {
    const entry = replaced?.get(index)
    if (dropped?.has(index)) return [withoutItem(text, item)]
    return entry === undefined
      ? []
      : [{ ...item, insert: printBlock([entry], layout, first.column) + item.tail }]
  })
  for (const entry of added) {
    splices.push(lineSplice(layout, lineStartFrom(text, end), printBlock([entry], layout, first.column)))
  }
  if (items.length === (dropped?.size ?? 0) && added.length === 0) {
    const at = endOfIndicator(pair)
    if (at === undefined) return undefined
    // Without it the comments of the list would be all that is left, and some tools take null for damage.
    splices.unshift({ from: at, to: at, insert: ' []' })
  }
  return splices
}

/** What makes a block list of `clusters:`, `clusters: null` or `clusters: []`; a comment behind it stays there. */
export function emptyListSplices(layout: Layout, pair: Pair, added: readonly Entry[]): Splice[] | undefined {
  const { text, column } = layout
  const from = endOfIndicator(pair)
  const [, to] = valueRange(pair) ?? []
  if (from === undefined || to === undefined || text.slice(from, to).includes('\n')) return undefined
  const isNothing = text.slice(from, to).trim() === ''
  const end = nextLine(text, to)
  return [
    ...(isNothing ? [] : [{ from, to, insert: '' }]),
    ...added.map((entry) => lineSplice(layout, end, printBlock([entry], layout, column))),
  ]
}

interface Place {
  readonly from: number
  readonly to: number
  readonly column: number
  /** The line end that its last line has. */
  readonly tail: string
}

/** The lines of an item, without the comments behind it, which may be those of the next one. */
function placeOf({ text }: Layout, list: YAMLSeq, item: unknown, index: number): Place | undefined {
  const source = list.srcToken as { items?: { start: Token[] }[] } | undefined
  const dash = source?.items?.[index]?.start.find(({ type }) => type === 'seq-item-ind')
  const end = (item as { range?: [number, number, number] }).range?.[1]
  if (dash === undefined || end === undefined) return undefined
  const from = lineStart(text, dash.offset)
  if (text.slice(from, dash.offset).trim() !== '') return undefined
  const lines = text.slice(from, lineStartFrom(text, end))
  const body = lines.replace(/(?:(?<=\n)[ \t]*(?:#[^\n]*)?(?:\r?\n|$))+$/, '')
  return {
    from,
    to: from + body.length,
    column: dash.offset - from,
    tail: /\r?\n$/.exec(body)?.[0] ?? '',
  }
}

function withoutItem(text: string, { from, to, tail }: Place): Splice {
  // The last line has no end: neither shall the one before it.
  const before = tail === '' && to === text.length ? (/\r?\n$/.exec(text.slice(0, from))?.[0].length ?? 0) : 0
  return { from: from - before, to, insert: '' }
}

function lineSplice({ text, eol }: Layout, at: number, lines: string): Splice {
  const isLineStart = text[at - 1] === '\n'
  return { from: at, to: at, insert: isLineStart ? lines + eol : eol + lines }
}
