/** A longer word is not a slip of the pen, and the distance costs the product of both lengths. */
const longestWord = 40

/** The one of `known` that `word` was probably meant to be; undefined where none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > longestWord) return undefined
  const [best] = known
    .map((name) => ({ name, distance: distanceOf(word, name) }))
    .sort((a, b) => a.distance - b.distance)
  return best !== undefined && best.distance <= Math.ceil(best.name.length / 3) ? best.name : undefined
}

/** The hint that goes with an unknown word: what it was meant to be, else all there are. */
export function didYouMean(word: string, known: readonly string[], prefix = ''): string {
  const found = known.find((name) => word !== '' && name.startsWith(word)) ?? nearest(word, known)
  if (found !== undefined) return `Did you mean ${prefix}${found}?`
  return `Use one of: ${known.map((name) => prefix + name).join(', ')}.`
}

/** Levenshtein's: how many characters are changed, left out or put in. */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (const [y, a] of [...from].entries()) {
    const next = [y + 1]
    for (const [x, b] of [...to].entries()) {
      next.push(Math.min((row[x] ?? 0) + (a === b ? 0 : 1), (row[x + 1] ?? 0) + 1, (next[x] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
