import { distance } from 'fastest-levenshtein'

/** A longer word is not a slip of the pen, and the distance costs the product of both lengths. */
const longestWord = 40

/** The one of `known` that `word` was probably meant to be; undefined where none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > longestWord) return undefined
  const [best] = known
    .map((name) => ({ name, distance: distance(word, name) }))
    .sort((a, b) => a.distance - b.distance)
  return best !== undefined && best.distance <= Math.ceil(best.name.length / 3) ? best.name : undefined
}
