/** How long something that failed waits for its next try. */
export interface Backoff {
  /** Whether it must wait still. */
  waits(key: string): boolean
  failed(key: string): void
  /** What ran well for a while begins anew. */
  forget(key: string): void
}

/** Half a second at first, twice as long each time, five at most: the real one begins with ten. */
export function createBackoff(again: () => void): Backoff {
  const until = new Map<string, { at: number; wait: number }>()
  return {
    forget: (key) => void until.delete(key),
    waits: (key) => (until.get(key)?.at ?? 0) > Date.now(),
    failed(key) {
      const wait = Math.min((until.get(key)?.wait ?? 250) * 2, 5000)
      until.set(key, { at: Date.now() + wait, wait })
      setTimeout(again, wait + 1)
    },
  }
}
