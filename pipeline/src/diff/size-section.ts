import { formatBytes } from '../render/amounts.ts'
import type { Cause, Difference } from './schema.ts'
import type { Row, Section } from './section.ts'

/** Where the bytes are, packed and unpacked. */
export function sizeSection({ size: { causes, measured } }: Difference): Section {
  const isChanged = causes.some(
    ({ packed, unpacked }) => packed.old !== packed.new || unpacked.old !== unpacked.new,
  )
  return {
    title: 'size',
    summary: measured === 'manifest' ? 'as far as the manifests tell' : '',
    columns: ['', 'packed', '', 'unpacked', ''],
    rows: isChanged ? causes.filter(isThere).map(sizeRow) : [],
    open: true,
  }
}

/** How much more or less: `+1.2 MiB`. */
export function formatChange(old: number, next: number): string {
  if (old === next) return '0 B'
  return `${next > old ? '+' : '-'}${formatBytes(Math.abs(next - old))}`
}

/** Whether there is, or was, anything of it. */
function isThere({ packed, unpacked }: Cause): boolean {
  return [packed.new, unpacked.new, packed.old, unpacked.old].some((bytes) => bytes !== null && bytes !== 0)
}

function sizeRow({ cause, packed, unpacked }: Cause): Row {
  const cells = [packed, unpacked].flatMap(({ old, new: next }) => [
    [next === null ? '?' : formatBytes(next)],
    [old === null || next === null ? '' : formatChange(old, next)],
  ])
  return { tone: 'changed', cells: [[cause], ...cells] }
}
