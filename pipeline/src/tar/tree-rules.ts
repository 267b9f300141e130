import type { TreePath } from '../tree/entry.ts'
import { displayPath, parentPath } from '../tree/path.ts'
import type { MemberHeader } from './member.ts'
import type { Refuse } from './refusal.ts'

interface Seen {
  /** A directory is implied by what lies in it, until a member names it. */
  readonly type: MemberHeader['type'] | 'implied'
  /** Of a file or a hard link: the file itself. */
  readonly file: TreePath
}

/**
 * What the members of an archive must keep to make the same tree whatever extracts them, with no way out of it.
 * Where an archive breaks this, GNU tar, bsdtar and Python give different trees.
 */
export class TreeRules {
  readonly #seen = new Map<TreePath, Seen>()

  /**
   * Admits the next member; a hard link to a hard link is returned as one to the file itself.
   * @throws PipelineError `ARCHIVE_INVALID`.
   */
  admit(member: MemberHeader, refuse: Refuse): MemberHeader {
    const { path, type } = member
    const before = this.#seen.get(path)
    if (before !== undefined && !(before.type === 'implied' && type === 'directory')) {
      throw refuse('it is in the archive twice')
    }
    if (path === '' && type !== 'directory') throw refuse('the root is not a directory')
    this.#admitParents(path, refuse)
    if (type !== 'hardlink') {
      this.#seen.set(path, { type, file: path })
      return member
    }
    const target = this.#seen.get(member.target)
    if (target?.type !== 'file')
      throw refuse(`it is a hard link to ${displayPath(member.target)}, no file before it`)
    this.#seen.set(path, target)
    return { ...member, target: target.file }
  }

  #admitParents(path: TreePath, refuse: Refuse): void {
    for (let parent = parentPath(path); parent !== ''; parent = parentPath(parent)) {
      const above = this.#seen.get(parent)
      if (above?.type === 'directory' || above?.type === 'implied') return
      if (above !== undefined) throw refuse(`it lies below the ${above.type} ${displayPath(parent)}`)
      this.#seen.set(parent, { type: 'implied', file: parent })
    }
  }
}
