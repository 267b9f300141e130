import type { TreePath } from '../tree/entry.ts'
import { displayPath, isTreePath, longestPath } from '../tree/path.ts'
import type { Header } from './header.ts'
import type { MemberHeader } from './member.ts'
import { type Overrides, withOverrides } from './overrides.ts'
import type { Refuse } from './refusal.ts'

/** The old form has a NUL for a file. Contiguous ('7') and sparse ('S') files, volumes and dumps are refused. */
const types: Readonly<Record<string, MemberHeader['type']>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
}

/** 2^32 - 1 means "leave the owner" to chown(2). */
const largestId = 2 ** 32 - 2
/** A dev_t of Linux has 12 bits for the major number and 20 for the minor one. */
const largestMajor = 2 ** 12 - 1
const largestMinor = 2 ** 20 - 1

/** How names are read: see `ReadTarOptions`. */
export type Names = 'plain' | 'rooted'

interface Reading {
  readonly names: Names
  readonly refuse: Refuse
}

/**
 * What a header block, and the PAX records or long names in front of it, say of a member.
 * @throws PipelineError `ARCHIVE_INVALID` where that is nothing that a root filesystem can hold.
 */
export function parseMember(block: Header, overrides: Overrides, reading: Reading): MemberHeader {
  const { refuse } = reading
  const type = types[block.type]
  if (type === undefined) throw refuse(`it is of the unknown type "${displayPath(block.type)}"`)
  const { xattrs, ...header } = withOverrides(block, overrides, refuse)
  const attributes = {
    path: parsePath(header.name, type === 'directory', reading),
    // Some writers (Go's) put the file type above the twelve permission bits.
    mode: header.mode & 0o7777,
    uid: within(header.uid, largestId, 'uid', refuse),
    gid: within(header.gid, largestId, 'gid', refuse),
    mtime: header.mtime,
    ...(xattrs.size > 0 && { xattrs }),
  }
  if (header.size < 0) throw refuse('its size is negative')
  if (type === 'file') return { ...attributes, type, size: header.size }
  if (header.size !== 0) throw refuse(`it is a ${type} and has a size`)
  if (type === 'symlink') return { ...attributes, type, target: parseTarget(header.linkName, refuse) }
  if (type === 'hardlink') return { ...attributes, type, target: parsePath(header.linkName, false, reading) }
  if (type === 'directory' || type === 'fifo') return { ...attributes, type }
  const major = within(header.major, largestMajor, 'major device number', refuse)
  return {
    ...attributes,
    type,
    major,
    minor: within(header.minor, largestMinor, 'minor device number', refuse),
  }
}

/** `./` in front is dropped, and so is the one slash that ends a directory's name; `./` alone is the root. */
function parsePath(name: string, isDirectory: boolean, { names, refuse }: Reading): TreePath {
  const spelled = names === 'rooted' ? unrooted(name) : name
  if (isDirectory && (spelled === '.' || spelled === './')) return '' as TreePath
  const relative = spelled.startsWith('./') ? spelled.slice(2) : spelled
  const path = isDirectory && relative.endsWith('/') ? relative.slice(0, -1) : relative
  if (path === '' || !isTreePath(path)) throw refuse(`"${displayPath(name)}" is not a path below the root`)
  return path
}

/** The one spelling of a name in a root of its own: `./a/b` for `//a/./b`. The slash at the end stays. */
function unrooted(name: string): string {
  if (name === '') return name
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  const isOpen = parts.length > 0 && name.endsWith('/')
  return `./${parts.join('/')}${isOpen ? '/' : ''}`
}

function parseTarget(target: string, refuse: Refuse): string {
  if (target === '' || target.length > longestPath || target.includes('\0')) {
    throw refuse('its link target is empty, too long or has a NUL')
  }
  return target
}

function within(number: number, largest: number, name: string, refuse: Refuse): number {
  if (number < 0 || number > largest) throw refuse(`its ${name} ${number} is not one of Linux`)
  return number
}
