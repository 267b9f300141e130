import {
  aPackageOf,
  aTree,
  directory,
  elf,
  hardLink,
  link,
  program,
  text,
} from '../../../test/support/a-tree.ts'
import { treeOf } from '../../tar/alpine-like-tree.fixture.ts'
import type { PlantedByRule } from './planted.ts'

const noElf = '/bin/sh is no 64-bit ELF file'
const runlevel = 'etc/runlevels/default'
const extra = (path: string) => `/${path} is there, but not in the recipe`
const missing = (path: string) => `/${path}, which /etc/busybox-paths.d/x announces, is missing`

export const plantedPrograms: PlantedByRule = {
  shell: [
    ['no shell', { 'bin/sh': undefined }, '/bin/sh does not lead to a file'],
    ['a link to nowhere', { 'bin/sh': link('dash') }, '/bin/sh does not lead to a file'],
    ['a folder', { 'bin/sh': link('/etc') }, '/bin/sh does not lead to a file'],
    ['a script', { 'bin/sh': program('#!/bin/false\n'.padEnd(99)) }, noElf],
    ['a program that is cut', { 'bin/sh': program(elf(0x3e).slice(0, 19)) }, noElf],
    ['a 32-bit program', { 'bin/sh': program(elf(0x3e).replace('\x02', '\x01')) }, noElf],
    ['a big-endian program', { 'bin/sh': program(elf(0x3e).replace('\x02\x01', '\x02\x02')) }, noElf],
    [
      'a program for another machine',
      { 'bin/busybox': program(elf(0xb7)) },
      '/bin/sh, which is /bin/busybox, is not for x86_64',
    ],
    [
      'a rootfs for another machine',
      {},
      '/bin/sh, which is /bin/busybox, is not for aarch64',
      { architecture: 'aarch64' },
    ],
    [
      'a program that not all may run',
      { 'bin/sh': { ...program(), mode: 0o750 } },
      '/bin/sh has mode 750, not one of 755, 775, 555',
    ],
    ['another owner', { 'bin/sh': { ...program(), uid: 5 } }, '/bin/sh belongs to 5:0'],
    ['another group', { 'bin/sh': { ...program(), gid: 5 } }, '/bin/sh belongs to 0:5'],
  ],
  'busybox-links': [
    ['a missing command', { 'etc/busybox-paths.d/x': text('bin/ls\nbin/sh') }, missing('bin/ls')],
    [
      'a command that leads nowhere',
      { 'etc/busybox-paths.d/x': text('bin/ls\n'), 'bin/ls': link('box') },
      missing('bin/ls'),
    ],
    ['a command that is a folder', { 'etc/busybox-paths.d/x': text('bin\n') }, missing('bin')],
    ['a command that is no path', { 'etc/busybox-paths.d/x': text('a/../\x1bb\n') }, missing('a/../\\x1bb')],
    [
      'a missing command in a list with two names',
      { 'etc/a': text('bin/ls\n'), 'etc/busybox-paths.d/x': hardLink('etc/a') },
      missing('bin/ls'),
    ],
  ],
  runlevels: [
    [
      'a service that is missing',
      { [`${runlevel}/sshd`]: undefined },
      `/${runlevel}/sshd is missing, or leads nowhere`,
    ],
    [
      'a service of no package',
      { 'etc/init.d/sshd': undefined },
      `/${runlevel}/sshd is missing, or leads nowhere`,
    ],
    [
      'a service that leads elsewhere',
      { [`${runlevel}/sshd`]: link('/bin/busybox') },
      `/${runlevel}/sshd leads to /bin/busybox, not to /etc/init.d/sshd`,
    ],
    [
      'a script that cannot be run',
      { 'etc/init.d/sshd': text('#!/sbin/openrc-run\n') },
      '/etc/init.d/sshd is not an executable script',
    ],
    [
      'a folder for a script',
      { 'etc/init.d/sshd': directory },
      '/etc/init.d/sshd is not an executable script',
    ],
    ['a service too many', {}, extra(`${runlevel}/sshd`), { services: {} }],
    [
      'a service in another runlevel',
      {},
      [extra(`${runlevel}/sshd`), '/etc/runlevels/boot/sshd is missing, or leads nowhere'],
      { services: { boot: ['sshd'] } },
    ],
    ['a copy of a script', { [`${runlevel}/x`]: program() }, extra(`${runlevel}/x`)],
    ['another name of a script', { [`${runlevel}/x`]: hardLink('etc/init.d/sshd') }, extra(`${runlevel}/x`)],
    ['a runlevel within a runlevel', { [`${runlevel}/boot`]: directory }, extra(`${runlevel}/boot`)],
    ['a link for a runlevel', { 'etc/runlevels/boot': link('default') }, extra('etc/runlevels/boot')],
    [
      'a service too many, where the runlevels lie behind a link',
      {
        'etc/runlevels': link('../levels'),
        [runlevel]: undefined,
        [`${runlevel}/sshd`]: undefined,
        'levels/default/x': link('/etc/init.d/sshd'),
      },
      extra('levels/default/x'),
      { services: {} },
    ],
  ],
  'package-files': [
    ['a missing file', { 'lib/libb.so': undefined }, '/lib/libb.so of base is missing'],
    ['another content', { 'bin/busybox': program('worm') }, '/bin/busybox of base is changed'],
    [
      'another content of a file with two names',
      { 'lib/liba.so': program('worm') },
      ['/lib/liba.so of base is changed', '/lib/libb.so of base is changed'],
    ],
    ['another target of a link', { 'bin/sh': link('/bin/mount') }, '/bin/sh of base is changed'],
    ['a file for a link', { 'bin/sh': program('/bin/busybox') }, '/bin/sh of base is 0:0 755, not 0:0 777'],
    ['a folder for a file', { 'etc/init.d/sshd': directory }, '/etc/init.d/sshd of base is changed'],
    [
      'another mode',
      { 'bin/busybox': { ...program(), mode: 0o4755 } },
      '/bin/busybox of base is 0:0 4755, not 0:0 755',
    ],
    [
      'another owner',
      { 'bin/busybox': { ...program(), uid: 1 } },
      '/bin/busybox of base is 1:0 755, not 0:0 755',
    ],
    [
      'another owner of a link',
      { 'bin/sh': { ...link('/bin/busybox'), gid: 1 } },
      '/bin/sh of base is 0:1 777, not 0:0 777',
    ],
    ['a missing folder', { root: undefined }, '/root of base is missing'],
    ['a file for a folder', { root: text('') }, '/root of base is no folder'],
    ['a link to nowhere for a folder', { root: link('/home/root') }, '/home/root of base is missing'],
    ['a link in a circle for a folder', { root: link('root') }, '/root of base is no folder'],
    ['another mode of a folder', { root: directory }, '/root of base is 0:0 755, not 0:0 700'],
    [
      'another owner of a folder',
      { tmp: { ...directory, mode: 0o1777, gid: 9 } },
      '/tmp of base is 0:9 1777, not 0:0 1777',
    ],
    [
      'a home that is not its user’s',
      {
        'etc/passwd': text('root:x:0:0::/root:/bin/sh\ndaemon:x:100:101::/tmp:/sbin/nologin\n'),
        tmp: { ...directory, mode: 0o1777, uid: 101 },
      },
      '/tmp of base is 101:0 1777, not 0:0 1777',
    ],
    [
      'a home of a user of the base',
      {
        'etc/passwd': text('root:x:0:0::/root:/bin/sh\nbin:x:99:1::/tmp:/sbin/nologin\n'),
        tmp: { ...directory, mode: 0o1777, uid: 99 },
      },
      '/tmp of base is 99:0 1777, not 0:0 1777',
    ],
    [
      'a folder that is as none of its packages says',
      { root: { ...directory, mode: 0o777 } },
      '/root of base, more is 0:0 777, not 0:0 700 or 0:0 755',
      { packages: [aPackageOf(aTree()), aPackageOf(treeOf({ root: directory }), 'more')] },
    ],
    [
      'a missing folder whose name only begins like a mount point',
      {},
      '/devices of base is missing',
      { packages: [aPackageOf(treeOf({ devices: directory }))] },
    ],
    [
      'an installation that failed',
      {},
      'apk says of base that its installation failed (s)',
      { packages: [{ ...aPackageOf(aTree()), flags: 's' }] },
    ],
  ],
}
