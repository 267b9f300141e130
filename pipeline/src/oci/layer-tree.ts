import type { MemberHeader, TarMember } from '../tar/member.ts'
import { type Refuse, refusal } from '../tar/refusal.ts'
import { TreeRules } from '../tar/tree-rules.ts'
import { canonicalTree } from '../tree/canonical-tree.ts'
import type { DirectoryEntry, Entry, HardlinkEntry, Tree, TreePath } from '../tree/entry.ts'
import { ancestorPaths, baseName, childPath, isTreePath, parentPath } from '../tree/path.ts'

/** A layer as an overlay mount takes it. */
export interface LayerEntries {
  /** Relative to the layer's root, '', which is among them. What the layer does not name itself has the time 0. */
  readonly entries: Tree
  /** Owners of all members but whiteouts, ascending. */
  readonly uids: readonly number[]
  readonly gids: readonly number[]
}

/** A member whose content is at an offset in the uncompressed tar. */
type Placed = MemberHeader & { readonly offset: number }

const whiteoutPrefix = '.wh.'
const metaPrefix = '.wh..wh.'
const opaqueMarker = '.wh..wh..opq'
/** containers/storage gives it to every layer, whatever the layer says of its root. */
const rootMode = 0o555

/**
 * Builds a layer's entries from the members of its tar, as containers/storage extracts them (image-spec,
 * "layer.md"): a whiteout is the device 0:0, an opaque directory has `trusted.overlay.opaque`, directories that
 * are only implied are 0755 root:root, and a hard link to what is no file is another one like it.
 *
 * In one place it follows the specification and not containers/storage, which lets lower layers shine through: a
 * directory that a layer both whites out and brings is opaque.
 */
export class LayerTree {
  readonly #label: string
  readonly #rules = new TreeRules()
  readonly #members = new Map<TreePath, Placed>()
  readonly #whiteouts = new Map<TreePath, Entry>()
  readonly #opaque = new Set<TreePath>()
  readonly #uids = new Set<number>()
  readonly #gids = new Set<number>()

  constructor(label: string) {
    this.#label = label
  }

  /**
   * Adds the next member of the layer's tar.
   * @throws PipelineError `ARCHIVE_INVALID`; also for a path given twice, which tar-split cannot hold.
   */
  add({ content: _, ...member }: TarMember): void {
    const refuse = refusal(this.#label, member.path)
    const linked = member.type === 'hardlink' ? this.#members.get(member.target) : undefined
    const isCopied = linked !== undefined && !['file', 'hardlink', 'directory'].includes(linked.type)
    const placed = isCopied ? { ...linked, path: member.path } : member
    const admitted = { ...this.#rules.admit(placed, refuse), offset: member.offset }
    if (baseName(member.path).startsWith(whiteoutPrefix)) {
      this.#addWhiteout(admitted, refuse)
      return
    }
    if (admitted.type === 'hardlink') this.#adopt(admitted, refuse)
    this.#uids.add(member.uid)
    this.#gids.add(member.gid)
    this.#members.set(member.path, withoutForeignAttributes(admitted, refuse))
  }

  /** The layer's entries, with contents in `file`, which holds the uncompressed tar. */
  finish(file: string): LayerEntries {
    const entries = new Map<TreePath, Entry>()
    for (const [path, { offset, ...header }] of this.#members) {
      entries.set(path, header.type === 'file' ? { ...header, content: { file, offset } } : header)
    }
    entries.set('' as TreePath, { ...impliedDirectory('' as TreePath), mode: rootMode })
    for (const path of [...entries.keys(), ...this.#whiteouts.keys(), ...[...this.#opaque].map(insideOf)]) {
      for (const above of ancestorPaths(path))
        if (!entries.has(above)) entries.set(above, impliedDirectory(above))
    }
    const opaque = new Set(this.#opaque)
    for (const [path, whiteout] of this.#whiteouts) {
      const brought = entries.get(path)
      if (brought === undefined) entries.set(path, whiteout)
      else if (brought.type === 'directory') opaque.add(path)
    }
    for (const path of opaque) entries.set(path, asOpaque(entries.get(path) as Entry))
    return { entries: canonicalTree(entries), uids: ascending(this.#uids), gids: ascending(this.#gids) }
  }

  /** Container engines set the attributes of a file again for each of its names: the last one's stay. */
  #adopt({ target, mode, uid, gid, mtime }: HardlinkEntry, refuse: Refuse): void {
    const file = this.#members.get(target)
    if (file === undefined) throw refuse('it is a hard link to a whiteout')
    this.#members.set(target, { ...file, mode, uid, gid, mtime })
  }

  #addWhiteout({ path, uid, gid, ...member }: Placed, refuse: Refuse): void {
    const isEmptyFile = member.type === 'file' ? member.size === 0 : member.type === 'hardlink'
    if (!isEmptyFile) throw refuse('it is named as a whiteout, and is no empty file')
    const name = baseName(path)
    const parent = parentPath(path)
    if (name === opaqueMarker) {
      this.#opaque.add(parent)
      return
    }
    const hidden = childPath(parent, name.slice(whiteoutPrefix.length))
    if (name.startsWith(metaPrefix) || name === whiteoutPrefix || !isTreePath(hidden))
      throw refuse('it is a whiteout of nothing that can be')
    const attributes = { path: hidden, mode: 0, uid, gid, mtime: 0 }
    this.#whiteouts.set(hidden, { type: 'character', ...attributes, major: 0, minor: 0 })
  }
}

/**
 * Labels of SELinux belong to the machine that built the layer. The attributes of overlayfs are how a mount is
 * told what to hide and where to look: a layer must not speak for it.
 */
function withoutForeignAttributes(member: Placed, refuse: Refuse): Placed {
  const { xattrs, ...rest } = member
  if (xattrs === undefined) return member
  const kept = [...xattrs].filter(([name]) => name !== 'security.selinux')
  if (kept.some(([name]) => /^(?:trusted|user)\.overlay\./.test(name)))
    throw refuse('it has extended attributes of overlayfs')
  return kept.length === 0 ? rest : { ...rest, xattrs: new Map(kept) }
}

function impliedDirectory(path: TreePath): DirectoryEntry {
  return { type: 'directory', path, mode: 0o755, uid: 0, gid: 0, mtime: 0 }
}

function asOpaque(directory: Entry): Entry {
  const mark = ['trusted.overlay.opaque', Buffer.from('y')] as const
  return { ...directory, xattrs: new Map([...(directory.xattrs ?? []), mark]) }
}

/** Any path inside, whose ancestors are the directory and those above it. */
function insideOf(directory: TreePath): TreePath {
  return childPath(directory, opaqueMarker)
}

function ascending(numbers: Iterable<number>): number[] {
  return [...numbers].sort((a, b) => a - b)
}
