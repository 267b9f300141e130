import type { Tree, TreePath } from '../tree/entry.ts'
import { HardlinkGroups } from '../tree/hardlink-groups.ts'
import { findLeftovers } from './find-leftovers.ts'

/** The tree without its leftovers. A file that has another name elsewhere lives on under that name. */
export function withoutLeftovers(tree: Tree, owned: Iterable<TreePath>): Tree {
  const entries = new Map(tree)
  const groups = new HardlinkGroups(entries)
  for (const { path } of findLeftovers(tree, owned)) {
    groups.detach(path)
    entries.delete(path)
  }
  return entries
}
