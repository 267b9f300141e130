import { createHash } from 'node:crypto'
import type { Entry, Tree, TreePath } from '../tree/entry.ts'
import { fileOf } from '../tree/file-of.ts'

export interface Digests {
  readonly tree: Tree
  /** The hex SHA-1 of every regular file that a package owns, by the path of its `file` entry. */
  readonly sha1: ReadonlyMap<TreePath, string>
}

/**
 * The checksum of an entry as apk's database has it: of a file's content, by whichever of its names, or of a
 * symbolic link's target. Undefined for what has none.
 */
export function checksumOf(entry: Entry, { tree, sha1 }: Digests): string | undefined {
  if (entry.type === 'symlink') {
    return `Q1${createHash('sha1').update(Buffer.from(entry.target, 'latin1')).digest('base64')}`
  }
  const file = fileOf(tree, entry)
  const digest = file && sha1.get(file.path)
  return digest === undefined ? undefined : `Q1${Buffer.from(digest, 'hex').toString('base64')}`
}
