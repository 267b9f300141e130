import { nearest } from './nearest.ts'

/** The hint that goes with an unknown word: what it was meant to be, else all there are. */
export function didYouMean(word: string, known: readonly string[], prefix = ''): string {
  const found = known.find((name) => word !== '' && name.startsWith(word)) ?? nearest(word, known)
  if (found !== undefined) return `Did you mean ${prefix}${found}?`
  return `Use one of: ${known.map((name) => prefix + name).join(', ')}.`
}
