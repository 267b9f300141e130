import { displayPath, parentPath } from '../tree/path.ts'
import type { Rule } from './rule.ts'
import { showPath } from './show.ts'

/** WSL imports with bsdtar in one pass: microsoft/WSL#4457. */
const hardLinks: Rule = {
  name: 'hard-links',
  promise: 'A hard link names a file that stands before it in the archive.',
  scope: 'archive',
  check({ tree }) {
    return [...tree.values()].flatMap((entry) => {
      if (entry.type !== 'hardlink') return []
      if (tree.get(entry.target)?.type !== 'file')
        return [`${showPath(entry.path)} is a hard link to no file`]
      return entry.target < entry.path ? [] : [`${showPath(entry.path)} comes before the file it names`]
    })
  },
}

const folders: Rule = {
  name: 'folders',
  promise: 'Every entry lies in a folder of the tree.',
  scope: 'archive',
  check({ tree }) {
    return [...tree.keys()]
      .filter((path) => parentPath(path) !== '' && tree.get(parentPath(path))?.type !== 'directory')
      .map((path) => `${showPath(path)} lies in no folder`)
  },
}

const times: Rule = {
  name: 'times',
  promise: 'No entry is younger than the source date, or older than 1970.',
  scope: 'archive',
  check({ tree, epoch }) {
    return [...tree.values()]
      .filter(({ mtime }) => mtime > epoch || mtime < 0)
      .map(({ path, mtime }) => `${showPath(path)} has the time ${mtime}, after ${epoch} or before 0`)
  },
}

/** Others only mean something on the machine that built (labels), or stop WSL 1 (ACLs); Microsoft's validator warns of them. */
const attributes: Rule = {
  name: 'attributes',
  promise: 'The only extended attributes are capabilities and those of container layers.',
  check({ tree }) {
    const allowed = new Set(['security.capability', 'trusted.overlay.opaque', 'user.overlay.opaque'])
    return [...tree.values()].flatMap(({ path, xattrs }) =>
      [...(xattrs?.keys() ?? [])]
        .filter((name) => !allowed.has(name))
        .map((name) => `${showPath(path)} carries ${displayPath(name)}`),
    )
  },
}

export const archiveRules = [hardLinks, folders, times, attributes]
