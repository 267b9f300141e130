import { styleText } from 'node:util'
import { conclusionOf, titleOf } from './conclusion.ts'
import type { Difference } from './schema.ts'
import type { Cell, Section, Tone } from './section.ts'
import { type SectionOptions, sectionsOf } from './sections.ts'

export interface TextOptions extends SectionOptions {
  readonly colours: boolean
}

const colourOf = { came: 'green', went: 'red', changed: 'cyan', risk: 'yellow' } as const satisfies Record<
  Tone,
  string
>

/** A difference for a terminal or a log. Every line ends with a line feed. */
export function renderText(difference: Difference, options: TextOptions): string {
  const title = titleOf(difference)
  const sections = sectionsOf(difference, options).map((section) => renderSection(section, options))
  const conclusion = conclusionOf(difference).map((line) => `${line}\n`)
  const head = paint('bold', `${title.old} -> ${title.new}`, options)
  return [`${head}\n`, ...sections, conclusion.join('')].filter((part) => part !== '').join('\n')
}

function renderSection({ title, summary, rows, notes = [] }: Section, options: TextOptions): string {
  const texts = rows.map(({ cells }) => cells.map(textOf))
  const widths = (texts[0] ?? []).map((_, column) =>
    Math.max(...texts.map((cells) => cells[column]?.length ?? 0)),
  )
  const lines = texts.map((cells, index) => {
    const padded = cells.map((cell, column) => cell.padEnd(widths[column] ?? 0))
    const [first = '', ...rest] = padded
    const tone = rows[index]?.tone ?? 'changed'
    return `  ${[paint(colourOf[tone], first, options), ...rest].join('  ').trimEnd()}\n`
  })
  const head = `${paint('bold', title, options)}${summary ? `: ${summary}` : ''}\n`
  return [head, ...lines, ...notes.map((note) => `  ${note}\n`)].join('')
}

function textOf(cell: Cell): string {
  return cell.map((part) => (typeof part === 'string' ? part : part.name)).join('')
}

function paint(format: Parameters<typeof styleText>[0], text: string, { colours }: TextOptions): string {
  return colours ? styleText(format, text, { validateStream: false }) : text
}
