import type { Node, YAMLSeq } from 'yaml'
import type { ListChange } from './changes.ts'
import { printFlow } from './print.ts'
import { type Layout, lineStart, type Splice } from './source-text.ts'

/** What to write where in a list in brackets that has entries. */
export function flowListSplices(
  layout: Layout,
  list: YAMLSeq,
  { replaced, dropped, added = [] }: ListChange,
): Splice[] | undefined {
  const { text } = layout
  const ranges = list.items.map((item) => (item as Node).range)
  const first = ranges[0]
  const last = ranges.at(-1)
  if (!list.range || !first || !last || !ranges.every((range) => range)) return undefined
  const between = text.slice(list.range[0] + 1, first[0])
  const space = between.trim() === '' ? between : ' '
  const column = first[0] - lineStart(text, first[0])
  // On the lines of block YAML a bracket may not stand at the margin.
  const indent = space.includes('\n') ? column : undefined
  const splices = ranges.flatMap((range, index): Splice[] => {
    if (!range) return []
    const [from, to] = range
    const entry = replaced?.get(index)
    if (dropped?.has(index)) return [withoutItem(text, ranges[index - 1]?.[1], from, to)]
    return entry === undefined ? [] : [{ from, to, insert: printFlow(entry, layout, indent) }]
  })
  // A comma behind the last entry, which YAML allows, stays the last one.
  for (const entry of added) {
    splices.push({ from: last[1], to: last[1], insert: `,${space}${printFlow(entry, layout, indent)}` })
  }
  return splices
}

/** With the comma before it; the first entry with the one behind it. */
function withoutItem(text: string, before: number | undefined, from: number, to: number): Splice {
  if (before !== undefined && /^\s*,\s*$/.test(text.slice(before, from)))
    return { from: before, to, insert: '' }
  const behind = /^\s*,\s*/.exec(text.slice(to))?.[0] ?? ''
  return { from, to: to + behind.length, insert: '' }
}
