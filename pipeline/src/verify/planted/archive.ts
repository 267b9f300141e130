import { directory, hardLink, link, program, text } from '../../../test/support/a-tree.ts'
import type { Planted, PlantedByRule } from './planted.ts'

const labelled = (name: string) => ({ ...text(''), xattrs: new Map([[name, Buffer.from('x')]]) })
const inImage = (path: string): Planted => [path, { [path]: text('') }, `/${path} is in the image`]
const left = (path: string): Planted => [path, { [path]: text('') }, `/${path} is a leftover`]
const id = text('0123456789abcdef\n')

export const plantedArchive: PlantedByRule = {
  leftovers: [
    ...['dev/null', 'proc/1', 'run/lock', 'sys/x', 'tmp/x', 'var/tmp/x', 'var/log/apk.log', '.dockerenv'].map(
      left,
    ),
    ...['var/cache/apk/APKINDEX.tar.gz', 'lib/apk/exec', 'usr/lib/apk/exec/x.post-install'].map(left),
    ...['passwd-', 'group-', 'shadow-', 'gshadow-', 'subuid-', 'subgid-', '.pwd.lock'].map((name) =>
      left(`etc/${name}`),
    ),
    ...['.apk-new', '.apk-old', '.bak', '.orig', '.rej', '.swp', '~'].map((suffix) =>
      left(`etc/motd${suffix}`),
    ),
    ['a device', { 'dev/null': { type: 'character', major: 1, minor: 3 } }, '/dev/null is a leftover'],
    ['a link among the logs', { 'var/log/x': link('/dev/null') }, '/var/log/x is a leftover'],
    ['another name among the logs', { 'var/log/x': hardLink('bin/busybox') }, '/var/log/x is a leftover'],
  ],
  'machine-id': [
    ['an id', { 'etc/machine-id': id }, '/etc/machine-id is not empty'],
    ['an id behind a link', { 'etc/id': id, 'etc/machine-id': link('id') }, '/etc/machine-id is not empty'],
    [
      'an id with two names',
      { 'etc/id': id, 'etc/machine-id': hardLink('etc/id') },
      '/etc/machine-id is not empty',
    ],
    ['an id of D-Bus', { 'var/lib/dbus/machine-id': id }, '/var/lib/dbus/machine-id is not empty'],
  ],
  resolver: [
    inImage('etc/resolv.conf'),
    ['a link', { 'etc/resolv.conf': link('/run/resolv.conf') }, '/etc/resolv.conf is in the image'],
  ],
  kernel: [
    ...['vmlinuz-virt', 'vmlinux', 'bzImage', 'Image', 'initramfs-virt', 'initrd.img'].map((name) =>
      inImage(`boot/${name}`),
    ),
    inImage('lib/modules/6.1.0/vmlinuz'),
    inImage('usr/lib/modules/6.1.0/vmlinuz'),
  ],
  'hard-links': [
    ['a name of nothing', { z: hardLink('gone') }, '/z is a hard link to no file'],
    ['a name of a folder', { z: hardLink('etc') }, '/z is a hard link to no file'],
    ['a name of a name', { z: hardLink('lib/libb.so') }, '/z is a hard link to no file'],
    ['a name before its file', { a: hardLink('bin/busybox') }, '/a comes before the file it names'],
  ],
  folders: [
    ['a missing folder', { 'opt/x': text('') }, '/opt/x lies in no folder'],
    ['a file for a folder', { 'bin/busybox/x': text('') }, '/bin/busybox/x lies in no folder'],
    ['a link for a folder', { l: link('etc'), 'l/x': text('') }, '/l/x lies in no folder'],
  ],
  times: [
    [
      'a time after the source date',
      { x: { ...program(), mtime: 1704067201 } },
      '/x has the time 1704067201, after 1704067200 or before 0',
    ],
    [
      'a time before 1970',
      { x: { ...directory, mtime: -1 } },
      '/x has the time -1, after 1704067200 or before 0',
    ],
  ],
  attributes: [
    ['a label', { x: labelled('security.selinux') }, '/x carries security.selinux'],
    ['an access list', { x: labelled('system.posix_acl_access') }, '/x carries system.posix_acl_access'],
    ['a name that moves the cursor', { x: labelled('user.\x1b') }, '/x carries user.\\x1b'],
  ],
}
