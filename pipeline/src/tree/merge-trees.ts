import { canonicalTree } from './canonical-tree.ts'
import type { Tree } from './entry.ts'
import { ancestorPaths } from './path.ts'

/**
 * `tree` with all of `addition`, whose entries win; folders above it that are missing are made, 0755 root:root, with
 * the time `mtime` (seconds since 1970).
 * @throws PipelineError `ARCHIVE_INVALID` when it would lie below what is no directory.
 */
export function mergeTrees(tree: Tree, addition: Tree, mtime: number): Tree {
  const merged = new Map([...tree, ...addition])
  for (const path of addition.keys()) {
    for (const above of ancestorPaths(path)) {
      if (merged.has(above)) continue
      merged.set(above, { type: 'directory', path: above, mode: 0o755, uid: 0, gid: 0, mtime })
    }
  }
  return canonicalTree(merged)
}
