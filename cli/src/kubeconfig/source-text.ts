import type { Node, Pair, YAMLMap } from 'yaml'

/** A piece of a text to be written in place of another. */
export interface Splice {
  readonly from: number
  readonly to: number
  readonly insert: string
}

/** How a kubeconfig's text is written. */
export interface Layout {
  readonly text: string
  readonly eol: '\n' | '\r\n'
  /** Whether it is JSON, or YAML written like that. */
  readonly isFlow: boolean
  /** Where its keys begin in their lines. */
  readonly column: number
  /** Where a new key goes. */
  readonly at: number
}

export function layoutOf(text: string, root: YAMLMap | undefined): Layout {
  const eol = /\r?\n/.exec(text)?.[0] === '\r\n' ? '\r\n' : '\n'
  const isFlow = root?.flow === true
  const [start, end] = root?.range ?? [0, text.length]
  if (isFlow) return { text, eol, isFlow, column: 0, at: start + 1 }
  const column = root === undefined ? 0 : start - lineStart(text, start)
  return { text, eol, isFlow, column, at: lineStartFrom(text, end) }
}

/** Where the line of a place begins. */
export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1
}

/** The place itself where a line begins, else where the next one does. */
export function lineStartFrom(text: string, at: number): number {
  return text[at - 1] === '\n' ? at : nextLine(text, at)
}

/** Where the line behind that of a place begins; the end of the text where there is none. */
export function nextLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end + 1
}

/** The column that a node begins in. */
export function columnOf(node: unknown, { text }: Layout): number {
  const start = (node as Node).range?.[0] ?? 0
  return start - lineStart(text, start)
}

/** A token of the source, as `yaml` keeps it. */
export interface Token {
  readonly type: string
  readonly offset: number
  readonly source: string
}

/** The end of `key:`, and of an anchor or a tag behind it. */
export function endOfIndicator({ srcToken }: Pair): number | undefined {
  const tokens = (srcToken as { sep?: Token[] } | undefined)?.sep ?? []
  const last = tokens.findLast(({ type }) => ['map-value-ind', 'anchor', 'tag'].includes(type))
  return last === undefined ? undefined : last.offset + last.source.length
}

/** Where the value of a key is. One that is not written is right behind the key, before any comment. */
export function valueRange(pair: Pair): readonly [from: number, to: number] | undefined {
  const [from, to] = (pair.value as Node | null)?.range ?? []
  if (from === undefined || to === undefined) return undefined
  if (from < to) return [from, to]
  const at = endOfIndicator(pair)
  return at === undefined ? undefined : [at, at]
}
