import type { Entry, Tree, TreePath } from '../tree/entry.ts'

export interface TimeRule {
  /** Seconds since 1970: the source date, which nothing in the tree is younger than. */
  readonly epoch: number
  /** When the package was built whose file, byte for byte, is at a path; undefined for every other file. */
  readonly buildDateOf: (path: TreePath) => number | undefined
}

/**
 * The tree with times that do not depend on when or where it was built: a package's file has the time at which
 * the package was built, clamped to the source date, and everything else has the source date. The times that
 * the tree had do not matter, since package scripts write files anew that they do not change, such as
 * `/etc/ssl/certs/ca-certificates.crt`.
 */
export function settleTimes(tree: Tree, { epoch, buildDateOf }: TimeRule): Tree {
  const settled = new Map<TreePath, Entry>()
  for (const [path, entry] of tree) {
    // The names of one file share its time.
    const built = buildDateOf(entry.type === 'hardlink' ? entry.target : path)
    settled.set(path, { ...entry, mtime: Math.min(built ?? epoch, epoch) })
  }
  return settled
}
