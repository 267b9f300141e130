import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { canonicalTree } from '../pipeline/src/tree/canonical-tree.ts'
import type { Entry, Tree, TreePath } from '../pipeline/src/tree/entry.ts'
import { treePath } from '../pipeline/src/tree/path.ts'

/**
 * A folder of the host, of files and folders only, as a tree. It is for measurements: the product never reads a
 * rootfs from the host. Synchronous, as a trip through the thread pool takes longer than what it is made for.
 */
export function folderTree(folder: string): Tree {
  const tree = new Map<TreePath, Entry>()
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const entry = readEntry(join(folder, name), treePath(name))
    tree.set(entry.path, entry)
  }
  return canonicalTree(tree)
}

function readEntry(file: string, path: TreePath): Entry {
  const found = lstatSync(file)
  const { uid, gid, size } = found
  const attributes = { path, mode: found.mode & 0o7777, uid, gid, mtime: Math.floor(found.mtimeMs / 1000) }
  if (found.isDirectory()) return { type: 'directory', ...attributes }
  if (found.isFile()) return { type: 'file', ...attributes, size, content: { file, offset: 0 } }
  throw new Error(`${file} is neither a file nor a folder`)
}
