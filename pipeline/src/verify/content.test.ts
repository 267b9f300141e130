import { expect, test } from 'vitest'
import {
  aPackageOf,
  aRootfs,
  type Changes,
  directory,
  elf,
  hardLink,
  link,
  program,
  text,
  usrMerged,
} from '../../test/support/a-tree.ts'
import { treeOf } from '../tar/alpine-like-tree.fixture.ts'
import type { TreePath } from '../tree/entry.ts'
import { anIcon } from './an-icon.fixture.ts'
import { verifyTree } from './index.ts'
import type { VerifyInput } from './rule.ts'

/** What a rootfs may well have, though it looks like what a rule is against. */
const content: readonly (readonly [what: string, changes: Changes, rest?: Partial<VerifyInput>])[] = [
  ['the rootfs of these tests', {}],
  [
    'one for another machine',
    { 'bin/busybox': program(elf(0xb7)) },
    { architecture: 'aarch64', changed: paths('bin/busybox') },
  ],
  ['one without WSL’s files', { 'etc/wsl.conf': undefined, 'etc/wsl-distribution.conf': undefined }],
  [
    'all that WSL may be told',
    {
      usr: directory,
      'usr/lib': directory,
      'usr/lib/wsl': directory,
      'usr/lib/wsl/oobe': program(),
      'usr/lib/wsl/x.ico': text(anIcon(2 ** 20)),
      'usr/lib/wsl/x.json': text('{"profiles": [{"tabColor": "#326CE5"}]}', { mode: 0o640 }),
      'etc/wsl-distribution.conf': text(
        `[oobe]\r\ndefaultName=x\r\ncommand = /usr/lib/wsl/oobe\ndefaultUid = 1000
         [shortcut]\nenabled = true\nicon = /usr/lib/wsl/x.ico
         [windowsterminal]\nenabled = true\nprofileTemplate = /usr/lib/wsl/x.json`,
      ),
      'etc/wsl.conf': text('# x\n\n[automount]\noptions = "metadata,umask=022"\n[network]\nhostname=a=b\n'),
    },
  ],
  [
    'what the recipe wrote',
    {
      'bin/sh': program(`${elf(0x3e)}x`),
      'root/x.bak': text('/run/kaweezle'),
      root: directory,
      run: directory,
      'run/x': directory,
    },
    { changed: paths('bin/sh', 'root', 'root/x.bak', 'run/x') },
  ],
  [
    'what the recipe removed',
    { 'lib/libb.so': undefined, root: undefined },
    { changed: paths('lib/libb.so', 'root') },
  ],
  [
    'a key of the recipe',
    { 'etc/apk/keys/ours.rsa.pub': text('key') },
    { changed: paths('etc/apk/keys/ours.rsa.pub') },
  ],
  [
    'users and shells that package scripts add',
    {
      'etc/passwd': text('root:x:0:0:::/bin/sh\nsshd:x:22:22:::/sbin/nologin\n'),
      'etc/shells': text('/bin/sh\n/bin/zsh\n'),
    },
    owning({ 'etc/shells': text('/bin/sh\n') }),
  ],
  [
    'mount points as the kernel has them',
    { proc: { ...directory, mode: 0o555 } },
    owning({ proc: directory }),
  ],
  ['no entries for what is mounted', { dev: directory }, owning({ dev: directory, 'dev/pts': directory })],
  [
    'the home that `adduser` made for a package',
    {
      'etc/passwd': text('root:x:0:0:::/bin/sh\ndaemon:x:100:101::/home:/sbin/nologin\n'),
      home: { ...directory, mode: 0o2755, uid: 100, gid: 101 },
    },
    owning({ home: { ...directory, mode: 0o750 } }),
  ],
  ['a folder that packages disagree on', {}, owning({ root: directory })],
  [
    'leftovers that a package owns',
    ...bringing({ tmp: directory, 'tmp/x': directory, 'tmp/x/y~': text('') }),
  ],
  [
    'keys and paths that a package brings',
    ...bringing({ 'etc/k': text('-----BEGIN RSA PRIVATE KEY-----\n/run/kaweezle') }),
  ],
  [
    'devices that a package owns',
    ...bringing({ dev: directory, 'dev/x': { type: 'character', major: 1, minor: 3, mode: 0o600 } }),
  ],
  [
    'an allowed setuid program, by its other name',
    { 'bin/su': { ...program(), mode: 0o4755 }, 'bin/sux': { ...hardLink('bin/su'), mode: 0o4755 } },
    { setuid: new Set(['/bin/sux']) },
  ],
  ['a setgid folder, and a link with all permissions', { x: { ...directory, mode: 0o2755 }, y: link('x') }],
  [
    'people with shells, and system users without',
    {
      'etc/passwd': text(
        'root:x:0:0:::/bin/sh\ndev:x:1000:1000:::/bin/sh\nsync:x:5:0:::/bin/sync\nx:*:65534:65534:::\n',
      ),
    },
  ],
  ['a shadow for root only', { 'etc/shadow': text('', { mode: 0o600 }) }],
  ['a shadow for nobody', { 'etc/shadow': text('', { mode: 0 }) }],
  ['the time 1970', { x: { ...text(''), mtime: 0 } }],
  ['an empty machine id', { 'etc/machine-id': text('') }],
  ['a link to where the machine id will be', { 'etc/machine-id': link('/run/machine-id') }],
  ...['security.capability', 'trusted.overlay.opaque', 'user.overlay.opaque'].map(
    (name): [string, Changes] => [name, { x: { ...text(''), xattrs: new Map([[name, Buffer.from('x')]]) } }],
  ),
  [
    'tagged repositories and comments',
    { 'etc/apk/repositories': text('# x\n\nhttps://a/b\n@edge http://a/c\n') },
  ],
]

test.each(content.map(([what, changes, rest]) => ({ what, changes, rest })))(
  'no rule is against $what',
  async ({ changes, rest }) => {
    const rootfs = aRootfs(changes, rest)
    expect(await verifyTree(rootfs)).toEqual([])
    expect(await verifyTree(usrMerged(rootfs)), 'usr-merged').toEqual([])
  },
)

/** A second package, which owns these entries. */
function owning(entries: Parameters<typeof treeOf>[0]): Partial<VerifyInput> {
  return { packages: [...aRootfs().packages, aPackageOf(treeOf(entries), 'more')] }
}

/** These entries, of a second package. */
function bringing(entries: Parameters<typeof treeOf>[0]): [Changes, Partial<VerifyInput>] {
  return [entries, owning(entries)]
}

function paths(...names: string[]): Set<TreePath> {
  return new Set(names as TreePath[])
}
