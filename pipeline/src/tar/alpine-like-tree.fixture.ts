import type { Entry, Tree, TreePath } from '../tree/entry.ts'
import { byteString } from '../tree/path.ts'

type Given<T = Entry> = T extends Entry
  ? Omit<T, 'mode' | 'uid' | 'gid' | 'mtime' | 'path'> & Partial<T>
  : never

/** A canonical tree of the given entries, by byte-string path; what is not given is 0755, root and 1 January 2024. */
export function treeOf(entries: Readonly<Record<string, Given>>): Tree {
  const tree = new Map<TreePath, Entry>()
  for (const name of Object.keys(entries).sort()) {
    const path = name as TreePath
    tree.set(path, { mode: 0o755, uid: 0, gid: 0, mtime: 1704067200, ...entries[name], path } as Entry)
  }
  return tree
}

export function file(text: string): { type: 'file'; size: number; content: { bytes: Buffer } } {
  const bytes = Buffer.from(text, 'latin1')
  return { type: 'file', size: bytes.length, content: { bytes } }
}

const directory = { type: 'directory' } as const
const long = (count: number): string => 'n'.repeat(count)
const capability = Buffer.from('0100000200040000000000000000000080ff0a00', 'hex')

/** Everything that a root filesystem may hold and that tar tools have been seen to lose or change. */
export const alpineLikeTree: Tree = treeOf({
  bin: directory,
  'bin/busybox': file('\x7fELF'),
  'bin/sh': { type: 'symlink', target: '/bin/busybox', mode: 0o777 },
  'bin/su': { ...file('su'), mode: 0o4755 },
  'bin/wall': { ...file('wall'), mode: 0o2755, gid: 5 },
  'bin/ping': { ...file('ping'), xattrs: new Map([['security.capability', capability]]) },
  dev: directory,
  'dev/console': { type: 'character', major: 5, minor: 1, mode: 0o600 },
  'dev/fifo': { type: 'fifo', mode: 0o622 },
  'dev/null': { type: 'character', major: 1, minor: 3, mode: 0o666 },
  'dev/sda': { type: 'block', major: 8, minor: 2 ** 18 - 1, mode: 0o660, gid: 6 },
  'dev/whiteout': { type: 'character', major: 0, minor: 0, mode: 0 },
  etc: directory,
  'etc/.hidden': file(''),
  'etc/mtab': { type: 'symlink', target: '/proc/mounts', mode: 0o777 },
  'etc/shadow': { ...file('root:*::0:::::\n'), mode: 0o640, gid: 42 },
  'etc/old': { ...file('before 1970'), mtime: -86400 },
  'etc/far': { ...file('after 2242'), mtime: 8 ** 11 },
  'etc/epoch': { ...file('1970'), mtime: 0 },
  'etc-first': file('sorts before etc/'),
  'home/user': { ...directory, uid: 1000, gid: 1000, mode: 0o700 },
  home: directory,
  'home/big-ids': { ...file('x'), uid: 2 ** 21, gid: 2 ** 32 - 2 },
  'home/ids-that-fit': { ...file('x'), uid: 2 ** 21 - 1, gid: 2 ** 21 - 1 },
  tmp: { ...directory, mode: 0o1777 },
  usr: directory,
  'usr/a-file': file('a'.repeat(512)),
  'usr/b-link': { type: 'hardlink', target: 'usr/a-file' as TreePath },
  'usr/c-link': { type: 'hardlink', target: 'usr/a-file' as TreePath },
  'usr/with space, "quotes" and \\': file('x'.repeat(513)),
  [byteString('usr/Főtanúsítvány')]: file('utf-8'),
  [byteString('usr/→')]: { type: 'symlink', target: byteString('../é'), mode: 0o777 },
  'usr/\xff\xfe\x80': { ...file('not utf-8'), xattrs: new Map([['user.a', Buffer.of(0x80, 0, 0xff)]]) },
  [`usr/${long(96)}`]: file('100 bytes of name'),
  [`usr/${long(97)}`]: file('101 bytes of name'),
  [`usr/${long(95)}d`]: directory,
  [`usr/${long(95)}d/${long(100)}`]: file('prefix and name'),
  [`usr/${long(95)}d/${long(101)}`]: file('too long for a name'),
  [`usr/${long(200)}`]: directory,
  [`usr/${long(200)}/${long(10)}`]: { type: 'symlink', target: `/${long(150)}`, mode: 0o777 },
  [`usr/${long(200)}/${long(20)}`]: { type: 'hardlink', target: `usr/${long(97)}` as TreePath },
  [`usr/${byteString('é'.repeat(110))}`]: file('long utf-8'),
  [`usr/${'\xe9'.repeat(110)}`]: { type: 'symlink', target: '\xe9'.repeat(110), mode: 0o777 },
  var: directory,
  'var/run': { type: 'symlink', target: '/run', mode: 0o777 },
  'var/opaque': { ...directory, xattrs: new Map([['trusted.overlay.opaque', Buffer.from('y')]]) },
  'var/many-xattrs': {
    ...file(''),
    xattrs: new Map([
      ['user.empty', Buffer.alloc(0)],
      ['user.lines', Buffer.from('a\nb=c\n')],
      ['user.all', Buffer.of(...Array(256).keys())],
    ]),
  },
})
