export interface FetchAllOptions {
  readonly signal: AbortSignal
  /** How many at once. */
  readonly parallel?: number
}

/**
 * Fetches every item, a few at a time, and gives the results in the order of the items. The first failure stops
 * the others and is thrown once they have stopped.
 */
export async function fetchAll<Item, Result>(
  items: readonly Item[],
  fetchOne: (item: Item, signal: AbortSignal) => Promise<Result>,
  { signal, parallel = 8 }: FetchAllOptions,
): Promise<Result[]> {
  const failed = new AbortController()
  const either = AbortSignal.any([signal, failed.signal])
  const results: Result[] = []
  const queue = items.entries()

  async function work(): Promise<void> {
    for (const [index, item] of queue) {
      if (failed.signal.aborted) return
      try {
        results[index] = await fetchOne(item, either)
      } catch (error) {
        failed.abort(error)
      }
    }
  }

  await Promise.all(Array.from({ length: parallel }, work))
  failed.signal.throwIfAborted()
  return results
}
