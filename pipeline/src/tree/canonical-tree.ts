import { PipelineError } from '../errors.ts'
import type { Entry, FileEntry, Tree, TreePath } from './entry.ts'
import { displayPath, parentPath } from './path.ts'

/**
 * The one form of a tree among all that mean the same: sorted by path bytes; of the names of a file the first
 * is the `file`, the others are links to it with its mode, owner and time, and without extended attributes.
 * @throws PipelineError `ARCHIVE_INVALID` when an entry's parent is missing or no directory, or a hard link
 *   names no file.
 */
export function canonicalTree(tree: Tree): Tree {
  const firstNames = new Map<FileEntry, TreePath>()
  const canonical = new Map<TreePath, Entry>()
  for (const path of [...tree.keys()].sort()) {
    const entry = tree.get(path) as Entry
    requireParent(canonical, path)
    const inode = entry.type === 'hardlink' ? tree.get(entry.target) : entry
    if (entry.type === 'hardlink' && inode?.type !== 'file') {
      throw invalid(path, `is a hard link to ${displayPath(entry.target)}, which is not a file`)
    }
    canonical.set(path, inode?.type === 'file' ? nameOf(inode, path, firstNames) : entry)
  }
  return canonical
}

function nameOf(file: FileEntry, path: TreePath, firstNames: Map<FileEntry, TreePath>): Entry {
  const target = firstNames.get(file)
  if (target === undefined) {
    firstNames.set(file, path)
    return file.path === path ? file : { ...file, path }
  }
  const { mode, uid, gid, mtime } = file
  return { type: 'hardlink', path, mode, uid, gid, mtime, target }
}

function requireParent(canonical: Tree, path: TreePath): void {
  const parent = parentPath(path)
  const type = canonical.get(parent)?.type
  if (parent === '' || type === 'directory') return
  throw invalid(path, type === undefined ? 'lies in a directory that is missing' : `lies below a ${type}`)
}

function invalid(path: TreePath, reason: string): PipelineError {
  return new PipelineError(
    'ARCHIVE_INVALID',
    `The root filesystem is damaged: ${displayPath(path)} ${reason}`,
  )
}
