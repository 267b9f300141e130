import { printable } from './printable.ts'

const longest = 60

/** A value as it is quoted in an error: one line, no control characters, cut where it is long. */
export function show(value: unknown): string {
  if (value === null) return 'an empty value'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value !== 'string') return String(value)
  const text = printable(value)
  return `'${text.length > longest ? `${text.slice(0, longest)}…` : text}'`
}
