/** A name from outside, which a renderer has to make safe; text of ours is a plain string. */
export interface Name {
  readonly name: string
}

export type Cell = readonly (string | Name)[]

/** How a row looks on a terminal: something came, went, changed or needs a second look. */
export type Tone = 'came' | 'went' | 'changed' | 'risk'

export interface Row {
  readonly tone: Tone
  readonly cells: readonly Cell[]
}

/** A part of a report, whatever it is rendered as. */
export interface Section {
  readonly title: string
  /** What stands behind the title: counts, sums. */
  readonly summary?: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** Sentences after the rows. */
  readonly notes?: readonly string[]
  /** Whether all rows are to be seen at once, however many they are. */
  readonly open?: boolean
}

/** A cell of one name. */
export function named(name: string): Cell {
  return [{ name }]
}

/** From one name to another; of one alone that one. */
export function moved(old: string | null | undefined, next: string | null | undefined): Cell {
  if (old == null || next == null) return named(next ?? old ?? '')
  return [{ name: old }, ' -> ', { name: next }]
}

/** `3 new, 1 gone`, in the order of `kinds`. */
export function countKinds(changes: readonly string[], kinds: readonly string[]): string {
  return kinds
    .map((kind) => [changes.filter((change) => change === kind).length, kind] as const)
    .filter(([count]) => count > 0)
    .map(([count, kind]) => `${count} ${kind}`)
    .join(', ')
}
