import type { Cell, Row, Section, Tone } from '../../diff/section.ts'
import type { Comparison } from '../../report/report.ts'
import { element } from './element.ts'

export interface ChangesView {
  readonly element: HTMLElement
  /** Of all tables. */
  readonly count: number
  /** Shows the rows that are wanted, by their text, and returns how many they are. */
  filter(isWanted: (text: string) => boolean): number
}

/** What changed since another root filesystem, as `npm run diff` tells it. */
export function changesView(comparison: Comparison | null): ChangesView {
  if (comparison === null) {
    const command = element('code', {}, 'npm run build-rootfs -- --since DIR')
    const text = element(
      'p',
      { class: 'empty' },
      'Nothing was compared. ',
      command,
      ' compares with a former build.',
    )
    return { element: text, count: 0, filter: () => 0 }
  }
  const sections = comparison.sections.map(drawSection)
  const rows = sections.flatMap((section) => section.rows)
  return {
    element: element(
      'div',
      { class: 'changes' },
      element('p', { class: 'lead' }, 'Since ', element('strong', {}, comparison.old)),
      ...sections.map((section) => section.element),
      ...comparison.notes.map((note) => element('p', { class: 'note' }, capital(note))),
    ),
    count: rows.length,
    filter(isWanted) {
      for (const row of rows) row.hidden = !isWanted(row.textContent)
      for (const { element: box, rows: own } of sections) box.hidden = own.every(({ hidden }) => hidden)
      return rows.filter(({ hidden }) => !hidden).length
    },
  }
}

function drawSection({ title, summary = '', columns, rows, notes = [] }: Section) {
  const drawn = rows.map((row) => drawRow(row, columns))
  const heads = columns.map((column) => element('th', { role: 'columnheader', scope: 'col' }, column))
  const table = element(
    'table',
    { role: 'table' },
    element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...heads)),
    element('tbody', { role: 'rowgroup' }, ...drawn),
  )
  const head = element('h3', {}, capital(title), element('small', {}, summary))
  const texts = notes.map((note) => element('p', { class: 'note' }, capital(note)))
  return { element: element('section', {}, head, table, ...texts), rows: drawn }
}

const signs: Readonly<Record<Tone, string>> = { came: '+', went: '−', changed: '~', risk: '!' }

function drawRow({ tone, cells }: Row, columns: readonly string[]): HTMLTableRowElement {
  const drawn = cells.map((cell, index) => {
    const sign = element('span', { class: 'sign', 'aria-hidden': 'true' }, signs[tone])
    return element(
      'td',
      { role: 'cell', 'data-title': columns[index] || undefined },
      ...(index === 0 ? [sign] : []),
      textOf(cell),
    )
  })
  return element('tr', { role: 'row', class: tone }, ...drawn)
}

function textOf(cell: Cell): string {
  return cell.map((part) => (typeof part === 'string' ? part.replace('->', '→') : part.name)).join('')
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`
}
