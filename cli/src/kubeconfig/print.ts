import { stringify } from 'yaml'
import type { Layout } from './source-text.ts'

/**
 * A value as block YAML, every line at `column`, without a line end at its end. What YAML 1.1, which client-go
 * reads, would take for something else than text is in quotes.
 */
export function printBlock(value: unknown, { eol }: Layout, column: number): string {
  const printed = stringify(value, {
    version: '1.1',
    lineWidth: 0,
    indentSeq: false,
    aliasDuplicateObjects: false,
  })
  const lines = printed.trimEnd().split('\n')
  return lines.map((line) => ' '.repeat(column) + line).join(eol)
}

/** A value as JSON: on one line, or with its further lines at `column`. */
export function printFlow(value: unknown, { eol }: Layout, column: number | undefined): string {
  if (column === undefined) return JSON.stringify(value)
  return JSON.stringify(value, null, 2)
    .split('\n')
    .map((line, index) => (index === 0 ? line : ' '.repeat(column) + line))
    .join(eol)
}

/** A text of one line. */
export function printText(value: string, { isFlow }: Layout): string {
  return isFlow ? JSON.stringify(value) : stringify(value, { version: '1.1', lineWidth: 0 }).trimEnd()
}
