import { aPackageOf, aTree, directory, hardLink, link, program, text } from '../../../test/support/a-tree.ts'
import type { Planted, PlantedByRule } from './planted.ts'

const root = 'root:x:0:0:root:/root:/bin/sh\n'
const passwd = (lines: string) => ({ 'etc/passwd': text(lines) })
const shadow = (lines: string) => ({ 'etc/shadow': text(lines) })
const setuid = { ...program(), mode: 0o4755 }
const notAllowed = (path: string, mode = '4755') => `/${path} has mode ${mode} and is not in policy.setuid`
const hasPassword = (file: string) => `root has a password, or an empty one, in /etc/${file}`
const noProgram = (shell: string) => `root has the shell "${shell}", which is no program`
const key = (kind: string) => text(`-----BEGIN ${kind}-----\n`)
const nobodys = (path: string) => `/${path} is a key of neither a package nor the recipe`

export const plantedPeople: PlantedByRule = {
  setuid: [
    ['a setuid program', { 'bin/su': setuid }, notAllowed('bin/su')],
    ['a setgid program', { 'bin/su': { ...program(), mode: 0o2755 } }, notAllowed('bin/su', '2755')],
    [
      'a setuid program with two names',
      { 'bin/su': setuid, 'bin/sux': { ...hardLink('bin/su'), mode: 0o4755 } },
      [notAllowed('bin/su'), notAllowed('bin/sux')],
    ],
    [
      'a setuid program that a link of an allowed name leads to',
      { 'bin/busybox': setuid },
      notAllowed('bin/busybox'),
      { setuid: new Set(['/bin/sh']) },
    ],
    [
      'a setuid program where nothing is by the allowed names',
      { 'bin/su': setuid },
      notAllowed('bin/su'),
      { setuid: new Set(['/bin/none', '/bin/su/x', '/bin']) },
    ],
  ],
  'world-writable': [
    ['a file', { x: text('', { mode: 0o666 }) }, '/x has mode 666'],
    [
      'a file with two names',
      { x: text('', { mode: 0o602 }), y: { ...hardLink('x'), mode: 0o602 } },
      ['/x has mode 602', '/y has mode 602'],
    ],
    ['a file with the sticky bit', { x: text('', { mode: 0o1666 }) }, '/x has mode 1666'],
    ['a folder', { x: { ...directory, mode: 0o777 } }, '/x has mode 777'],
    ['a folder with other bits', { x: { ...directory, mode: 0o6777 } }, '/x has mode 6777'],
    ['a character device', { x: { type: 'character', major: 1, minor: 3, mode: 0o666 } }, '/x has mode 666'],
    ['a block device', { x: { type: 'block', major: 8, minor: 0, mode: 0o662 } }, '/x has mode 662'],
    ['a pipe', { x: { type: 'fifo', mode: 0o622 } }, '/x has mode 622'],
  ],
  accounts: [
    ['a second root', passwd(`${root}toor:x:0:0:::\n`), '0 in /etc/passwd is both root and toor'],
    [
      'a second root, written otherwise',
      passwd(`${root}toor:x:00:0:::\n`),
      '0 in /etc/passwd is both root and toor',
    ],
    ['another root', passwd('admin:x:0:0:::\n'), 'uid 0 is not root'],
    ['a uid twice', passwd(`${root}a:x:7:7:::\nb:x:7:7:::\n`), '7 in /etc/passwd is both a and b'],
    ['a name twice', passwd(`${root}a:x:7:7:::\na:x:8:8:::\n`), 'a in /etc/passwd is both a and a'],
    ['a line with too few fields', passwd(`${root}a:x:7\n`), '"a:x:7" in /etc/passwd is no account'],
    ['a uid that is no number', passwd(`${root}a:x:-7:7:::\n`), '"a:x:-7:7:::" in /etc/passwd is no account'],
    [
      'no passwd',
      { 'etc/passwd': undefined },
      ['/etc/passwd is not there, or not a file', 'uid 0 is not root'],
    ],
    ['a link for shadow', { 'etc/shadow': link('passwd') }, '/etc/shadow is not there, or not a file'],
    [
      'a passwd that a group may write',
      { 'etc/passwd': text(root, { mode: 0o664 }) },
      '/etc/passwd has mode 664',
    ],
    [
      'a group file that not all may read',
      { 'etc/group': text('', { mode: 0o600 }) },
      '/etc/group has mode 600',
    ],
    ['a shadow that all may read', shadow('root:*::0:::::\n'), '/etc/shadow has mode 644'],
    [
      'another owner of shadow',
      { 'etc/shadow': text('', { mode: 0o640, uid: 1 }) },
      '/etc/shadow belongs to 1:0',
    ],
    ['another group of passwd', { 'etc/passwd': text(root, { gid: 1 }) }, '/etc/passwd belongs to 0:1'],
  ],
  passwords: [
    ['a password', shadow('root:$6$x$y::0:::::\n'), hasPassword('shadow')],
    ['a password of a locked account', shadow('root:!$6$x$y::0:::::\n'), hasPassword('shadow')],
    ['an empty password', shadow('root:::0:::::\n'), hasPassword('shadow')],
    ['a line with a name only', shadow('root\n'), hasPassword('shadow')],
    [
      'a password in a shadow with two names',
      { 'etc/a': text('root:::0:::::\n'), 'etc/shadow': hardLink('etc/a') },
      hasPassword('shadow'),
    ],
    ['a password in passwd', passwd('root:abJnggxhB/yWI:0:0:::\n'), hasPassword('passwd')],
    ['an empty password in passwd', passwd('root::0:0:::\n'), hasPassword('passwd')],
    ['a password of a group', { 'etc/group': text('root:abJnggxhB/yWI:0:\n') }, hasPassword('group')],
  ],
  'login-shells': [
    ['a shell of no package', passwd('root:x:0:0:::/bin/zsh\n'), noProgram('/bin/zsh')],
    ['a shell that cannot be run', passwd('root:x:0:0:::/etc/group\n'), noProgram('/etc/group')],
    ['a folder for a shell', passwd('root:x:0:0:::/bin\n'), noProgram('/bin')],
    ['a shell that is no path', passwd('root:x:0:0:::sh\n'), noProgram('sh')],
    ['a shell with dots', passwd('root:x:0:0:::/bin/../bin/sh\n'), noProgram('/bin/../bin/sh')],
    ['no shell', passwd('root:x:0:0:::\n'), 'root has no shell'],
    [
      'a shell of no package for a person',
      passwd(`${root}dev:x:1000:1000:::/bin/zsh\n`),
      'dev has the shell "/bin/zsh", which is no program',
    ],
  ],
  'private-keys': [
    ...[
      'PRIVATE KEY',
      'RSA PRIVATE KEY',
      'ENCRYPTED PRIVATE KEY',
      'OPENSSH PRIVATE KEY',
      'PGP PRIVATE KEY BLOCK',
    ].map((kind): Planted => [`a ${kind}`, { 'root/notes': key(kind) }, '/root/notes holds a private key']),
    [
      'a key of minisign',
      { 'root/notes': text('untrusted comment: minisign encrypted secret key\nRW') },
      '/root/notes holds a private key',
    ],
    [
      'a key behind certificates',
      { 'etc/x': text(`${'c'.repeat(90_000)}\n-----BEGIN EC PRIVATE KEY-----\n`) },
      '/etc/x holds a private key',
    ],
    [
      'a key in the place of a file of a package',
      { 'etc/apk/keys/alpine.rsa.pub': key('PRIVATE KEY') },
      '/etc/apk/keys/alpine.rsa.pub holds a private key',
    ],
    ['a host key of OpenSSH', { ssh_host_ed25519_key: text('') }, '/ssh_host_ed25519_key is a host key'],
    [
      'a host key of Dropbear',
      { 'etc/dropbear/dropbear_rsa_host_key': text('\0\0') },
      '/etc/dropbear/dropbear_rsa_host_key is a host key',
    ],
    [
      'another name of a host key',
      { 'etc/a': text(''), 'etc/ssh_host_rsa_key': hardLink('etc/a') },
      '/etc/ssh_host_rsa_key is a host key',
    ],
  ],
  'build-paths': [
    ['a file', { 'etc/x': text('where=/run/kaweezle/repository/0\n') }, '/etc/x names /run/kaweezle'],
    ['a link', { 'etc/x': link('/run/kaweezle/keys') }, '/etc/x names /run/kaweezle'],
  ],
  'package-sources': [
    ['a key of nobody', { 'etc/apk/keys/build.rsa.pub': text('key') }, nobodys('etc/apk/keys/build.rsa.pub')],
    [
      'a key of nobody, where the keys lie behind a link',
      {
        'etc/apk/keys': link('../k'),
        'etc/apk/keys/alpine.rsa.pub': undefined,
        'etc/k/x.rsa.pub': text('key'),
      },
      nobodys('etc/k/x.rsa.pub'),
    ],
    [
      'a key that a link brings',
      { 'etc/apk/keys/x.rsa.pub': link('/tmp/x') },
      nobodys('etc/apk/keys/x.rsa.pub'),
      { packages: [aPackageOf(aTree())] },
    ],
    [
      'a repository of the machine',
      { 'etc/apk/repositories': text('https://a/b\n/run/kaweezle/0\n') },
      '/etc/apk/repositories has "/run/kaweezle/0", which is no public address',
    ],
    [
      'a tagged repository of the machine',
      { 'etc/apk/repositories': text('@edge /media/cdrom\n') },
      '/etc/apk/repositories has "@edge /media/cdrom", which is no public address',
    ],
  ],
}
