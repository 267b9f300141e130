import type { Entry, Tree, TreePath } from './entry.ts'
import { baseName, childPath, parentPath } from './path.ts'
import { followLinks } from './resolve.ts'

/**
 * Where the entry named `path` really lies, as `lstat` sees it: links among its folders are followed, a link of
 * that name is not. With `lib -> usr/lib`, `lib/apk` lies at `usr/lib/apk`. Undefined on a loop, and on a way
 * through something that is not a directory.
 */
export function placeOf(tree: Tree, path: TreePath): TreePath | undefined {
  if (path === '') return path
  const parent = followLinks(tree, parentPath(path))
  return parent === undefined ? undefined : childPath(parent, baseName(path))
}

/** The entry that lies there. */
export function entryAt(tree: Tree, path: TreePath): Entry | undefined {
  const place = placeOf(tree, path)
  return place === undefined ? undefined : tree.get(place)
}
