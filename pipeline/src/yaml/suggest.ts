import { closest, distance } from 'fastest-levenshtein'

/** A longer word is not a slip of the pen, and the distance costs the product of both lengths. */
const longestWord = 40

/** The one of `known` that `word` was probably meant to be, or undefined when none is near. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  if (word.length > longestWord || known.length === 0) return undefined
  const nearest = closest(word, known)
  return distance(word, nearest) <= Math.ceil(nearest.length / 3) ? nearest : undefined
}
