import { type Changes, directory, link, program, text } from '../../../test/support/a-tree.ts'
import { anIcon } from '../an-icon.fixture.ts'
import type { Planted, PlantedByRule } from './planted.ts'

/** A `wsl.conf` of these lines, and what is found in it. */
const conf = (what: string, lines: string, says: string): Planted => [
  what,
  { 'etc/wsl.conf': text(lines) },
  `/etc/wsl.conf${says}`,
]

/** A `wsl-distribution.conf` with a name and one more setting. */
const named = (section: string, setting: string, changes: Changes = {}): Changes => ({
  'etc/wsl-distribution.conf': text(`[OOBE]\nDefaultName = tiny\n[${section}]\n${setting}\n`),
  ...changes,
})
const command = 'command = /usr/lib/wsl/oobe'
const icon = (entry: Changes[string]) =>
  named('shortcut', 'icon = /usr/share/wsl/i', { 'usr/share/wsl/i': entry })
const profile = (entry: Changes[string]) =>
  named('windowsterminal', 'profileTemplate = /usr/lib/wsl/p', { 'usr/lib/wsl/p': entry })
const noIcon = (what: string, content: string): Planted => [
  what,
  icon(text(content)),
  'shortcut.icon: /usr/share/wsl/i is not an icon (.ico)',
]
const noProfile = (what: string, content: string): Planted => [
  what,
  profile(text(content, { mode: 0o640 })),
  'windowsterminal.profiletemplate: /usr/lib/wsl/p is not JSON with a list of profiles',
]
/** An icon with other bytes at one place. */
const iconWith = (offset: number, bytes: string) =>
  `${anIcon().slice(0, offset)}${bytes}${anIcon().slice(offset + bytes.length)}`
const tooLarge = 'x'.repeat(2 ** 20 + 1)

export const plantedWsl: PlantedByRule = {
  'wsl-conf': [
    conf(
      'a key that WSL does not know',
      '[Boot]\ncommands = x',
      ' sets boot.commands, which WSL does not know',
    ),
    conf('a section of another file', '[wsl2]\nmemory=1', ' sets wsl2.memory, which WSL does not know'),
    conf(
      'a key in no section',
      '# x\nsystemd = true',
      ', line 2: "systemd = true" is no setting of a section',
    ),
    conf('a line that sets nothing', '[boot]\nsystemd', ', line 2: "systemd" is no setting of a section'),
    conf('a broken section', '[boot\n', ', line 1: "[boot" is no setting of a section'),
    conf('a key twice', '[boot]\nsystemd = true\nSystemd = 0', ', line 3: boot.systemd is set twice'),
    [
      'another mode',
      { 'etc/wsl.conf': text('', { mode: 0o600 }) },
      '/etc/wsl.conf has mode 600, not 644 or 664',
    ],
    ['another owner', { 'etc/wsl.conf': text('', { uid: 1, gid: 2 }) }, '/etc/wsl.conf belongs to 1:2'],
    ['a link to nowhere', { 'etc/wsl.conf': link('none') }, '/etc/wsl.conf is not a file'],
    ['a folder', { 'etc/wsl.conf': directory }, '/etc/wsl.conf is not a file'],
    [
      'another mode behind a link',
      { 'etc/a': text('', { mode: 0o600 }), 'etc/wsl.conf': link('a') },
      '/etc/wsl.conf has mode 600, not 644 or 664',
    ],
  ],
  'wsl-distribution': [
    [
      'no name',
      { 'etc/wsl-distribution.conf': text('[shortcut]\nenabled = false\n') },
      '/etc/wsl-distribution.conf sets no oobe.defaultName',
    ],
    [
      'an empty name',
      { 'etc/wsl-distribution.conf': text('[oobe]\ndefaultName =\n') },
      '/etc/wsl-distribution.conf sets no oobe.defaultName',
    ],
    [
      'another mode',
      { 'etc/wsl-distribution.conf': text('[oobe]\ndefaultName = x\n', { mode: 0o755 }) },
      '/etc/wsl-distribution.conf has mode 755, not 644 or 664',
    ],
    [
      'a key of the other file',
      named('boot', 'systemd = true'),
      '/etc/wsl-distribution.conf sets boot.systemd, which WSL does not know',
    ],
    ['a uid that is no number', named('oobe', 'defaultUid = dev'), 'oobe.defaultUid is no number'],
    [
      'a missing command',
      named('oobe', command),
      'oobe.command: /usr/lib/wsl/oobe is not there, or not a file',
    ],
    [
      'a link for a command',
      named('oobe', command, { 'usr/lib/wsl/oobe': link('/bin/busybox') }),
      'oobe.command: /usr/lib/wsl/oobe is not there, or not a file',
    ],
    [
      'a command that is no path',
      named('oobe', 'command = sh'),
      'oobe.command: "sh" is not the path of a file',
    ],
    [
      'a command that leaves its folder',
      named('oobe', 'command = /usr/lib/wsl/../sh'),
      'oobe.command: "/usr/lib/wsl/../sh" is not the path of a file',
    ],
    [
      'a command elsewhere',
      named('oobe', 'command = /bin/busybox'),
      'oobe.command: /bin/busybox is not in /usr/lib/wsl/ or /usr/libexec/wsl/',
    ],
    [
      'a command that cannot be run',
      named('oobe', command, { 'usr/lib/wsl/oobe': text('') }),
      'oobe.command: /usr/lib/wsl/oobe has mode 644, not 755 or 775',
    ],
    [
      'a command of another owner',
      named('oobe', command, { 'usr/lib/wsl/oobe': { ...program(), uid: 1 } }),
      'oobe.command: /usr/lib/wsl/oobe belongs to 1:0',
    ],
    [
      'an icon that is too large',
      icon(text(tooLarge)),
      'shortcut.icon: /usr/share/wsl/i has 1048577 bytes, more than 1048576',
    ],
    noIcon('an empty icon', ''),
    noIcon('a picture of another kind', `\x89PNG\r\n\x1a\n${'\0'.repeat(60)}`),
    noIcon('a cursor', iconWith(2, '\x02')),
    noIcon('an icon without images', iconWith(4, '\0')),
    noIcon('an icon that ends in its directory', anIcon().slice(0, 21)),
    noIcon('an icon that ends in an image', anIcon().slice(0, -1)),
    noIcon('an icon whose image is empty', iconWith(14, '\0')),
    noIcon('an icon whose image is its directory', iconWith(18, '\x06')),
    [
      'an icon that not all may read',
      icon(text(anIcon(), { mode: 0o600 })),
      'shortcut.icon: /usr/share/wsl/i has mode 600, not 644 or 664',
    ],
    [
      'a terminal profile that all may read',
      profile(text('{"profiles": []}')),
      'windowsterminal.profiletemplate: /usr/lib/wsl/p has mode 644, not 640 or 660',
    ],
    [
      'a terminal profile that is too large',
      profile(text(tooLarge, { mode: 0o640 })),
      'windowsterminal.profiletemplate: /usr/lib/wsl/p has 1048577 bytes, more than 1048576',
    ],
    noProfile('a terminal profile that is no JSON', '{"profiles": [],}'),
    noProfile('a terminal profile with comments', '// mine\n{"profiles": []}'),
    noProfile('a terminal profile without profiles', '{"schemes": []}'),
    noProfile('a terminal profile with one in place of a list', '{"profiles": {}}'),
    noProfile('a terminal profile that is a list', '[{"profiles": []}]'),
    noProfile('a terminal profile with a profile that is a name', '{"profiles": ["x"]}'),
    noProfile('a terminal profile in Latin-1', '{"profiles": [{"name": "\xe4"}]}'),
  ],
}
