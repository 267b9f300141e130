import { element } from './element.ts'

export interface Column<Row> {
  readonly title: string
  /** What it is sorted by: numbers come largest first. */
  readonly value: (row: Row) => string | number
  /** What is shown; without it the value. */
  readonly cell?: (row: Row) => Node | string
  readonly class?: string
}

export interface DataTable<Row> {
  readonly element: HTMLElement
  /** Shows those that are wanted, and returns how many they are. */
  filter(isWanted: (row: Row) => boolean): number
}

/** A table that is sorted by a click on the title of a column, and again by one more in the other direction. */
export function dataTable<Row>(
  caption: string,
  columns: readonly Column<Row>[],
  { rows, sortedBy }: { readonly rows: readonly Row[]; readonly sortedBy: number },
): DataTable<Row> {
  const drawn = rows.map((row) => ({ row, line: drawRow(row, columns) }))
  const body = element('tbody', { role: 'rowgroup' })
  const emptiness = rows.length === 0 ? 'There are none.' : 'Nothing here is found by that.'
  const empty = element('p', { class: 'empty', hidden: '' }, emptiness)
  const heads = columns.map(({ title, class: name }) => {
    const button = element('button', { type: 'button' }, title)
    return element('th', { role: 'columnheader', scope: 'col', class: name }, button)
  })
  const sort = (place: number, direction: 1 | -1) => {
    const { value } = columns[place] as Column<Row>
    drawn.sort((a, b) => direction * compare(value(a.row), value(b.row)))
    body.append(...drawn.map(({ line }) => line))
    for (const [index, head] of heads.entries()) {
      if (index !== place) head.removeAttribute('aria-sort')
      else head.setAttribute('aria-sort', direction === 1 ? 'ascending' : 'descending')
    }
  }
  for (const [place, head] of heads.entries()) {
    head.firstElementChild?.addEventListener('click', () => {
      const first = isNumeric(columns[place], rows) ? 'descending' : 'ascending'
      const now = head.getAttribute('aria-sort')
      const next = now === null ? first : now === 'ascending' ? 'descending' : 'ascending'
      sort(place, next === 'ascending' ? 1 : -1)
    })
  }
  sort(sortedBy, isNumeric(columns[sortedBy], rows) ? -1 : 1)
  const head = element('thead', { role: 'rowgroup' }, element('tr', { role: 'row' }, ...heads))
  const title = element('caption', {}, caption)
  return {
    element: element('div', {}, element('table', { role: 'table' }, title, head, body), empty),
    filter(isWanted) {
      for (const { row, line } of drawn) line.hidden = !isWanted(row)
      const count = drawn.filter(({ line }) => !line.hidden).length
      empty.hidden = count > 0
      return count
    },
  }
}

function drawRow<Row>(row: Row, columns: readonly Column<Row>[]): HTMLTableRowElement {
  const cells = columns.map(({ title, value, cell, class: name }) => {
    const shown = cell?.(row) ?? String(value(row))
    return element('td', { role: 'cell', class: name, 'data-title': title }, shown)
  })
  return element('tr', { role: 'row' }, ...cells)
}

function isNumeric<Row>(column: Column<Row> | undefined, rows: readonly Row[]): boolean {
  return rows[0] !== undefined && typeof column?.value(rows[0]) === 'number'
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return String(a).localeCompare(String(b), 'en', { numeric: true })
}
