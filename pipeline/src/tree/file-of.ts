import type { Entry, FileEntry, Tree } from './entry.ts'

/** The file that `entry` is a name of; undefined for what is no file. */
export function fileOf(tree: Tree, entry: Entry | undefined): FileEntry | undefined {
  const inode = entry?.type === 'hardlink' ? tree.get(entry.target) : entry
  return inode?.type === 'file' ? inode : undefined
}
