import type { Entry, ListName } from './parse-kubeconfig.ts'

/** What a list is to be: the entries at these places are replaced or dropped, and others come behind them. */
export interface ListChange {
  readonly replaced?: ReadonlyMap<number, Entry>
  readonly dropped?: ReadonlySet<number>
  readonly added?: readonly Entry[]
}

export interface Changes {
  readonly lists: Partial<Record<ListName, ListChange>>
  /** Undefined leaves it; an empty text unsets it. */
  readonly currentContext?: string | undefined
}
