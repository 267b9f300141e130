/** What two lists have under each key, in the order of the keys; of several under one key the last. */
export function pairs<T>(
  old: readonly T[],
  next: readonly T[],
  keyOf: (one: T) => string,
): [key: string, old: T | undefined, next: T | undefined][] {
  const before = new Map(old.map((one) => [keyOf(one), one]))
  const after = new Map(next.map((one) => [keyOf(one), one]))
  const keys = [...new Set([...before.keys(), ...after.keys()])].sort()
  return keys.map((key) => [key, before.get(key), after.get(key)])
}
