import { safeText } from '@kaweezle/program-kit/safe-text.ts'

/** Lines of cells in columns, each as wide as its widest cell; undefined cells leave a gap. */
export function columns(rows: readonly (readonly (string | undefined)[])[]): string {
  const safe = rows.map((row) => row.map((cell) => safeText(cell ?? '')))
  const widths: number[] = []
  for (const row of safe) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length)
  }
  return safe
    .map(
      (row) =>
        `${row
          .map((cell, index) => cell.padEnd(widths[index] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('')
}

/** Lines of a label and a value; those without a value are left out. */
export function fields(rows: readonly (readonly [label: string, value: string | undefined])[]): string {
  return columns(rows.filter(([, value]) => value !== undefined))
}
