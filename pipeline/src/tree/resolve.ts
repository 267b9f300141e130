import { PipelineError } from '../errors.ts'
import type { Entry, HardlinkEntry, Tree, TreePath } from './entry.ts'
import { baseName, childPath, displayPath, parentPath } from './path.ts'

/** Linux gives up with ELOOP after as many (MAXSYMLINKS). */
const linkLimit = 40

/**
 * The entry that opening `path` in the root filesystem would reach: symbolic links are followed, the last
 * component included, absolute ones from the tree's root; another name of a file gives the file itself.
 * Undefined when there is none, on a loop, and on a way through something that is not a directory.
 */
export function resolvePath(tree: Tree, path: TreePath): Exclude<Entry, HardlinkEntry> | undefined {
  const end = followLinks(tree, path)
  const entry = end === undefined ? undefined : tree.get(end)
  const inode = entry?.type === 'hardlink' ? tree.get(entry.target) : entry
  return inode?.type === 'hardlink' ? undefined : inode
}

/**
 * Where an entry named `path` really lies: its parent with links followed, and its own name, whose link, if it
 * is one, is not followed. With `lib -> usr/lib`, `lib/rc/x` lies at `usr/lib/rc/x`. Missing directories are
 * taken as to be made.
 * @throws PipelineError `RECIPE_INVALID` when the way leads through a loop or something that is no directory.
 */
export function resolveParent(tree: Tree, path: TreePath): TreePath {
  if (path === '') return path
  const parent = followLinks(tree, parentPath(path))
  const entry = parent === undefined ? undefined : tree.get(parent)
  if (parent === undefined || (entry !== undefined && entry.type !== 'directory')) {
    throw new PipelineError(
      'RECIPE_INVALID',
      `${displayPath(path)} cannot be there: its parent is not a directory`,
      {
        hint: 'Choose another path, or remove what stands in the way first.',
      },
    )
  }
  return childPath(parent, baseName(path))
}

/**
 * The path that opening `path` would end at, with every symbolic link followed; what is missing is kept as it is
 * named. Undefined on a loop and on a way through something that is not a directory.
 */
export function followLinks(tree: Tree, path: TreePath): TreePath | undefined {
  const pending = path.split('/').reverse()
  let reached = '' as TreePath
  let links = 0
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part === '' || part === '.') continue
    if (part === '..') {
      if (reached !== '' && !tree.has(reached)) return undefined
      reached = parentPath(reached)
      continue
    }
    const next = childPath(reached, part)
    const entry = tree.get(next)
    if (entry?.type === 'symlink') {
      if (++links > linkLimit) return undefined
      if (entry.target.startsWith('/')) reached = '' as TreePath
      pending.push(...entry.target.split('/').reverse())
    } else if (entry !== undefined && entry.type !== 'directory' && pending.length > 0) {
      return undefined
    } else {
      reached = next
    }
  }
  return reached
}
