import type { Tree, TreePath } from '../tree/entry.ts'

/** The paths that edits added, replaced or removed: those whose entry in `after` is not the one of `before`. */
export function changedPaths(before: Tree, after: Tree): Set<TreePath> {
  const paths = new Set([...before.keys(), ...after.keys()])
  return new Set([...paths].filter((path) => before.get(path) !== after.get(path)))
}
