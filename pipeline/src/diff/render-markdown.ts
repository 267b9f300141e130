import { conclusionOf, titleOf } from './conclusion.ts'
import { markdownCode } from './markdown-code.ts'
import type { Difference } from './schema.ts'
import type { Cell, Section } from './section.ts'
import { type SectionOptions, sectionsOf } from './sections.ts'

/** Longer tables are folded. */
const mostOpenRows = 12

/** A difference for release notes and pull requests, in GitHub's Markdown. Every line ends with a line feed. */
export function renderMarkdown(difference: Difference, options: SectionOptions): string {
  const title = titleOf(difference)
  const blocks = [
    `## ${markdownCode(title.old)} → ${markdownCode(title.new)}\n`,
    ...sectionsOf(difference, options).map(renderSection),
    ...conclusionOf(difference).map((line) => `${line[0]?.toUpperCase()}${line.slice(1)}.\n`),
  ]
  return blocks.join('\n')
}

function renderSection({ title, summary, columns, rows, notes = [], open = false }: Section): string {
  const head = `${title[0]?.toUpperCase()}${title.slice(1)}`
  const table = [columns, columns.map(() => '---')].map((cells) => `| ${cells.join(' | ')} |\n`)
  const lines = rows.map(({ cells }) => `| ${cells.map(cellOf).join(' | ')} |\n`)
  const body = rows.length === 0 ? '' : `\n${table.join('')}${lines.join('')}`
  const isFolded = !open && rows.length > mostOpenRows
  const unfolded = summary ? `${summary[0]?.toUpperCase()}${summary.slice(1)}` : `${rows.length} rows`
  const shown = isFolded
    ? `\n<details><summary>${unfolded}</summary>\n${body}\n</details>\n`
    : `${summary ? `\n${unfolded}.\n` : ''}${body}`
  return `### ${head}\n${shown}${notes.map((note) => `\n${note}.\n`).join('')}`
}

function cellOf(cell: Cell): string {
  return cell
    .map((part) => (typeof part === 'string' ? part.replace('->', '→') : markdownCode(part.name)))
    .join('')
}
