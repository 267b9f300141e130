import { expect, test } from 'vitest'
import { validateWsl, type WslArchive, type WslEntry } from './wsl-validator.ts'

type Change = (archive: WslArchive) => Partial<WslArchive>

const file: WslEntry = { type: 'file', mode: 0o644, uid: 0, gid: 0, size: 0, link: undefined }
const withEntry =
  (path: string, entry: Partial<WslEntry>): Change =>
  ({ entries }) => ({ entries: new Map([...entries, [path, { ...file, ...entries.get(path), ...entry }]]) })
const without =
  (path: string): Change =>
  ({ entries }) => ({ entries: new Map([...entries].filter(([one]) => one !== path)) })
const withContent =
  (path: string, text: string): Change =>
  ({ content }) => ({ content: async (one) => (one === path ? Buffer.from(text) : content(one)) })

const distribution = '/etc/wsl-distribution.conf'
const icon = '/usr/share/wsl/kaweezle.ico'
const profile = '/usr/lib/wsl/terminal-profile.json'
const settings = `[oobe]\ndefaultName = x\n[shortcut]\nicon = ${icon}\n[windowsterminal]\nprofileTemplate = ${profile}\n`

const contents: Readonly<Record<string, string>> = {
  [distribution]: `# x\n${settings}`,
  '/etc/wsl.conf': '[boot]\nsystemd = false\n',
  '/etc/passwd': 'root:x:0:0:::/bin/sh\nnobody:x:65534:65534:::/sbin/nologin\n',
  '/etc/shadow': 'root:*::0:::::\nnobody:!::0:::::\n',
  '/usr/bin/busybox': `\x7fELF\x02\x01${'\0'.repeat(12)}\x3e\0`,
}

/** What the validator has nothing to say of. */
const good: WslArchive = {
  magic: 0x1f8b,
  entries: new Map<string, WslEntry>([
    ['/bin', { ...file, type: 'link', link: 'usr/bin' }],
    ['/usr/bin/sh', { ...file, type: 'link', link: '/bin/busybox' }],
    ['/usr/bin/busybox', { ...file, mode: 0o755 }],
    ['/etc/shadow', { ...file, mode: 0o640, gid: 42 }],
    [profile, { ...file, mode: 0o640 }],
    ...[distribution, '/etc/wsl.conf', '/etc/passwd', icon].map((path): [string, WslEntry] => [path, file]),
  ]),
  content: async (path) => Buffer.from(contents[path] ?? '', 'latin1'),
  attributes: ['security.capability'],
}

/** What Microsoft’s validator would say something of. */
const planted: readonly [what: string, change: Change, finding: string | string[]][] = [
  ['another compression', () => ({ magic: 0x28b5 }), 'it is not compressed with gzip'],
  [
    'a configuration for root only',
    withEntry('/etc/wsl.conf', { mode: 0o600 }),
    '/etc/wsl.conf has mode 600',
  ],
  ['a configuration of a user', withEntry(distribution, { uid: 1000 }), `${distribution} is not root’s`],
  ['no configuration', without('/etc/wsl.conf'), '/etc/wsl.conf is missing'],
  [
    'a key that WSL does not know',
    withContent('/etc/wsl.conf', '[boot]\ncmd = x'),
    '/etc/wsl.conf has the key boot.cmd',
  ],
  ['neither name nor icon', withContent(distribution, ''), ['it has no default name', 'it has no icon']],
  [
    'a first command of another folder',
    withContent(distribution, `${settings}[oobe]\ncommand = /etc/passwd\n`),
    ['/etc/passwd has mode 644', '/etc/passwd is in the wrong folder'],
  ],
  ['an icon that is too big', withEntry(icon, { size: 2 ** 20 + 1 }), `${icon} is too big`],
  ['no icon', without(icon), `${icon} is missing`],
  ['a terminal profile for all', withEntry(profile, { mode: 0o644 }), `${profile} has mode 644`],
  [
    'a uid twice',
    withContent('/etc/passwd', 'root:x:0:0:::\na:x:1:1:::\nb:x:1:1:::\n'),
    'passwd has a uid twice',
  ],
  ['another root', withContent('/etc/passwd', 'admin:x:0:0:::\n'), 'uid 0 is not root'],
  ['a shadow for all to read', withEntry('/etc/shadow', { mode: 0o644 }), '/etc/shadow has mode 644'],
  ['a password', withContent('/etc/shadow', 'root:$6$x$y::0:::::\n'), 'shadow has a hash'],
  [
    'a shell that nobody may run',
    withEntry('/usr/bin/busybox', { mode: 0o644 }),
    '/usr/bin/busybox has mode 644',
  ],
  [
    'a script for a shell',
    withContent('/usr/bin/busybox', `#!${' '.repeat(40)}`),
    '/bin/sh is no program for x86-64',
  ],
  [
    'a shell that is nowhere',
    without('/usr/bin/busybox'),
    ['/usr/bin/busybox is missing', '/bin/sh is no program for x86-64'],
  ],
  ['a label', () => ({ attributes: ['security.ima'] }), 'it has the attribute security.ima'],
  ['a resolv.conf', withEntry('/etc/resolv.conf', {}), 'it has a resolv.conf'],
  ['a kernel', withEntry('/boot/vmlinuz-virt', {}), 'it has /boot/vmlinuz-virt'],
]

test('a good file passes', async () => {
  expect(await validateWsl(good)).toEqual([])
})

test.each(planted)('finds %s', async (_, change, finding) => {
  expect(await validateWsl({ ...good, ...change(good) })).toEqual([finding].flat())
})
