import { PipelineError } from '../errors.ts'
import type { Content, Entry, FileEntry, HardlinkEntry, Tree, TreePath } from './entry.ts'
import { HardlinkGroups } from './hardlink-groups.ts'
import { ancestorPaths, displayPath } from './path.ts'
import { followLinks, resolveParent, resolvePath } from './resolve.ts'

export type Edit =
  /**
   * Adds an entry, or replaces what is no directory; a link of that name is replaced, not followed. A directory
   * put on one that is there, or on a link to one, changes its attributes and keeps what it holds.
   */
  | { readonly type: 'put'; readonly entry: Exclude<Entry, HardlinkEntry> }
  /** Removes an entry and all below it; nothing happens when it is missing. A link is removed, not followed. */
  | { readonly type: 'remove'; readonly path: TreePath }
  /** Replaces a file's bytes and keeps its attributes. As with `sed -i`, other names of it keep the old bytes. */
  | { readonly type: 'content'; readonly path: TreePath; readonly size: number; readonly content: Content }
  /** Changes what is given; as with `chmod`, links are followed, and all names of a file change with it. */
  | ({ readonly type: 'attributes'; readonly path: TreePath } & AttributeChanges)

export interface AttributeChanges {
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  readonly mtime?: number
}

/**
 * The tree after `edits`, one after the other. Paths lead through symbolic links to directories as they would
 * in the running system; missing parents are made, 0755 root:root, with the time of what is put.
 * @throws PipelineError `RECIPE_INVALID` when an edit meets a directory where a file is asked for or the other
 *   way round, or changes what does not exist.
 */
export function applyEdits(tree: Tree, edits: Iterable<Edit>): Tree {
  const entries = new Map(tree)
  const groups = new HardlinkGroups(entries)
  for (const edit of edits) {
    if (edit.type === 'put') put(entries, groups, edit.entry)
    else if (edit.type === 'remove') remove(entries, groups, resolveParent(entries, edit.path))
    else if (edit.type === 'content') put(entries, groups, withContent(entries, edit))
    else changeAttributes(entries, groups, edit)
  }
  return entries
}

function put(
  entries: Map<TreePath, Entry>,
  groups: HardlinkGroups,
  entry: Exclude<Entry, HardlinkEntry>,
): void {
  let path = resolveParent(entries, entry.path)
  if (entry.type === 'directory') {
    const existing = resolvePath(entries, path)
    if (existing?.type === 'directory') path = existing.path
  } else if (path === '' || entries.get(path)?.type === 'directory') {
    throw invalid(path, 'is a directory', 'Remove it first, or choose another path.')
  }
  for (const parent of ancestorPaths(path)) {
    if (entries.has(parent)) continue
    entries.set(parent, { type: 'directory', path: parent, mode: 0o755, uid: 0, gid: 0, mtime: entry.mtime })
  }
  groups.detach(path)
  entries.set(path, { ...entry, path })
}

function remove(entries: Map<TreePath, Entry>, groups: HardlinkGroups, path: TreePath): void {
  if (path === '') throw new Error('The root cannot be removed')
  const isDirectory = entries.get(path)?.type === 'directory'
  const doomed = isDirectory ? [...entries.keys()].filter((other) => other.startsWith(`${path}/`)) : []
  for (const name of [...doomed, path]) {
    groups.detach(name)
    entries.delete(name)
  }
}

function withContent(entries: Tree, edit: Edit & { type: 'content' }): FileEntry {
  const path = followLinks(entries, edit.path)
  const file = path === undefined ? undefined : resolvePath(entries, path)
  if (path === undefined || file?.type !== 'file') {
    throw invalid(edit.path, 'is not a file', 'Name a file that the packages or the overlay make.')
  }
  return { ...file, path, size: edit.size, content: edit.content }
}

function changeAttributes(
  entries: Map<TreePath, Entry>,
  groups: HardlinkGroups,
  { path, type: _, ...changes }: Edit & { type: 'attributes' },
): void {
  const inode = resolvePath(entries, path)
  if (inode === undefined)
    throw invalid(path, 'does not exist', 'Name a path that the packages or the overlay make.')
  for (const name of [inode.path, ...groups.otherNames(inode.path)]) {
    entries.set(name, { ...(entries.get(name) as Entry), ...changes })
  }
}

function invalid(path: TreePath, reason: string, hint: string): PipelineError {
  return new PipelineError('RECIPE_INVALID', `${displayPath(path)} ${reason} in the root filesystem`, {
    hint,
  })
}
