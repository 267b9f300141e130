import type { Entry, TreePath } from './entry.ts'

/** The names of each file of a tree that is being edited, kept right while names go. */
export class HardlinkGroups {
  readonly #entries: Map<TreePath, Entry>
  /** The links to each file that has any, by the path of its `file` entry. */
  readonly #links = new Map<TreePath, Set<TreePath>>()

  constructor(entries: Map<TreePath, Entry>) {
    this.#entries = entries
    for (const entry of entries.values()) {
      if (entry.type !== 'hardlink') continue
      const links = this.#links.get(entry.target)
      if (links === undefined) this.#links.set(entry.target, new Set([entry.path]))
      else links.add(entry.path)
    }
  }

  /** The hard links to the `file` entry at `path`. */
  otherNames(path: TreePath): Iterable<TreePath> {
    return this.#links.get(path) ?? []
  }

  /**
   * Makes the other names of the file at `path` independent of it, before it is replaced or removed: when the
   * others are links to it, the first of them by bytes becomes the file.
   */
  detach(path: TreePath): void {
    const entry = this.#entries.get(path)
    if (entry?.type === 'hardlink') this.#links.get(entry.target)?.delete(path)
    const [heir, ...others] = [...this.otherNames(path)].sort()
    if (entry?.type !== 'file' || heir === undefined) return
    this.#links.delete(path)
    this.#links.set(heir, new Set(others))
    this.#entries.set(heir, { ...entry, path: heir })
    for (const other of others) {
      const link = this.#entries.get(other)
      if (link?.type === 'hardlink') this.#entries.set(other, { ...link, target: heir })
    }
  }
}
