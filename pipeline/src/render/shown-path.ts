import { relative } from 'node:path'

/** A path of the host as people best know it: relative to where they are, unless it lies elsewhere. */
export function shownPath(path: string): string {
  const fromHere = relative('.', path)
  return fromHere.startsWith('..') ? path : fromHere || '.'
}
