import type { PackedBytes } from '../../packed-bytes.ts'
import { formatBytes } from '../../render/amounts.ts'
import type { Column } from './data-table.ts'
import { element, place } from './element.ts'
import { type Measure, measureTitles } from './measure.ts'

/** A column of bytes, each number over a bar that shows its part of the largest one. */
export function sizeColumn<Row extends { readonly bytes: PackedBytes }>(
  measure: Measure,
  rows: readonly Row[],
): Column<Row> {
  const largest = Math.max(1, ...rows.map(({ bytes }) => bytes[measure]))
  return {
    title: measureTitles[measure],
    class: 'number',
    value: ({ bytes }) => bytes[measure],
    cell({ bytes }) {
      const bar = element('span', { class: 'bar', 'aria-hidden': 'true' })
      place(bar, { '--part': `${(100 * bytes[measure]) / largest}%` })
      return element('span', { class: 'measured' }, formatBytes(bytes[measure]), bar)
    },
  }
}
