declare const brand: unique symbol

/**
 * A path in the rootfs: no leading or trailing slash, no empty, `.` or `..` component; the root itself is ''.
 *
 * Paths, link targets and extended attribute names are *byte strings*: each UTF-16 unit holds one byte
 * (latin1), so that names which are not UTF-8 survive and `<` on strings sorts by bytes. Make one from text
 * with `treePath`, show one with `displayPath`.
 */
export type TreePath = string & { readonly [brand]: 'TreePath' }

/** Where the bytes of a file are: a range of a file on the host, or memory. */
export type Content = { readonly file: string; readonly offset: number } | { readonly bytes: Uint8Array }

interface Attributes {
  readonly path: TreePath
  /** The twelve permission bits, setuid, setgid and sticky included. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Seconds since 1970. */
  readonly mtime: number
  /** Extended attributes by byte-string name, e.g. `security.capability`. Absent when there are none. */
  readonly xattrs?: ReadonlyMap<string, Uint8Array>
}

export interface FileEntry extends Attributes {
  readonly type: 'file'
  readonly size: number
  readonly content: Content
}

export interface DirectoryEntry extends Attributes {
  readonly type: 'directory'
}

export interface SymlinkEntry extends Attributes {
  readonly type: 'symlink'
  /** A byte string, exactly as stored; may be absolute. */
  readonly target: string
}

/** Another name of a file. The file it names is a `file` entry of the same tree. */
export interface HardlinkEntry extends Attributes {
  readonly type: 'hardlink'
  readonly target: TreePath
}

export interface DeviceEntry extends Attributes {
  readonly type: 'character' | 'block'
  readonly major: number
  readonly minor: number
}

export interface FifoEntry extends Attributes {
  readonly type: 'fifo'
}

export type Entry = FileEntry | DirectoryEntry | SymlinkEntry | HardlinkEntry | DeviceEntry | FifoEntry

/** A root filesystem as a value. Keys equal `entry.path`. Insertion order carries no meaning. */
export type Tree = ReadonlyMap<TreePath, Entry>
