import { describe, expect, test } from 'vitest'
import type { Sha256 } from '../digest.ts'
import type { PackageDescription } from './description.ts'
import { parseInfo } from './info.ts'
import { formatInfo } from './info-writer.ts'

const facts = { dataHash: '0f'.repeat(32) as Sha256, installedSize: 4096 }
const least = { name: 'a', version: '1', architecture: 'noarch', buildDate: 0 } as const
const full: PackageDescription = {
  name: 'openssh-server',
  version: '9.6_p1-r0',
  architecture: 'x86_64',
  buildDate: 1702951678,
  description: 'a = b # Ünïcode',
  url: 'https://example.test',
  license: 'MIT AND Apache-2.0',
  packager: 'P <p@x>',
  origin: 'openssh',
  commit: 'abc',
  maintainer: 'M <m@x>',
  depends: ['so:libc.musl-x86_64.so.1', '!old<2', '/bin/sh'],
  conflicts: ['rival', 'foe>=1.0-r0'],
  provides: ['cmd:sshd=9.6_p1-r0', 'virtual'],
  replaces: ['old', 'older<2'],
  replacesPriority: 3,
  installIf: ['a=1', 'b', '!c'],
  providerPriority: 7,
  triggers: ['/usr/bin', '/lib/*'],
  scripts: { '.trigger': '#!/bin/sh\n' },
}

describe('the .PKGINFO of a package', () => {
  test('has every field, in the order of abuild', () => {
    expect(formatInfo(full, facts).split('\n')).toEqual([
      'pkgname = openssh-server',
      'pkgver = 9.6_p1-r0',
      'pkgdesc = a = b # Ünïcode',
      'url = https://example.test',
      'builddate = 1702951678',
      'packager = P <p@x>',
      'size = 4096',
      'arch = x86_64',
      'origin = openssh',
      'commit = abc',
      'maintainer = M <m@x>',
      'replaces_priority = 3',
      'provider_priority = 7',
      'license = MIT AND Apache-2.0',
      'replaces = old',
      'replaces = older<2',
      'depend = so:libc.musl-x86_64.so.1',
      'depend = !old<2',
      'depend = /bin/sh',
      'depend = !rival',
      'depend = !foe>=1.0-r0',
      'provides = cmd:sshd=9.6_p1-r0',
      'provides = virtual',
      'triggers = /usr/bin /lib/*',
      'install_if = a=1 b !c',
      `datahash = ${facts.dataHash}`,
      '',
    ])
  })

  test('leaves out what is absent or empty', () => {
    const empty = { ...least, url: '', depends: [], triggers: [], origin: undefined, scripts: {} }
    const lines = ['pkgname = a', 'pkgver = 1', 'builddate = 0', 'size = 4096', 'arch = noarch']
    for (const description of [least, empty])
      expect(formatInfo(description, facts)).toBe(`${lines.join('\n')}\ndatahash = ${facts.dataHash}\n`)
  })

  test('is read as what it was written from', () => {
    const { packager, conflicts = [], depends = [], scripts, ...rest } = full
    expect(parseInfo(formatInfo(full, facts), 'test')).toEqual({
      ...rest,
      ...facts,
      depends: [...depends, ...conflicts.map((atom) => `!${atom}`)],
    })
  })
})

const textFields = ['description', 'url', 'license', 'origin', 'maintainer', 'packager', 'commit'] as const
const lineBreaks = ['a\nprovides = so:evil', 'a\r', 'a\0', 'a\x1b[2J', 'a\x85', '\ta', ' a', 'a ']
const listFields = ['depends', 'conflicts', 'provides', 'replaces', 'installIf'] as const
const badAtoms = [
  '',
  ' ',
  'a b',
  'a\nb',
  'a@edge',
  'a=',
  'a=1\n',
  'a=x',
  'a=1 b',
  'a><Q1\nx',
  '!',
  '!!a',
  'a;b',
  'é',
]

describe('a description is refused', () => {
  test.each(textFields.flatMap((field) => lineBreaks.map((text) => [field, text] as const)))(
    'with the %s %j',
    (field, text) => expectRefused({ [field]: text }),
  )

  test.each(listFields.flatMap((field) => badAtoms.map((atom) => [field, atom] as const)))(
    'with %j, the atom %j',
    (field, atom) => expectRefused({ [field]: ['good', atom] }),
  )

  test.each<[string, object]>([
    ['no name', { name: '' }],
    ['a name with a line break', { name: 'a\nb' }],
    ['a name that ends with a line break', { name: 'a\n' }],
    ['a name that is a path', { name: '../a' }],
    ['a name that begins with a dash', { name: '-a' }],
    ['no version', { version: '' }],
    ['a version with a line break', { version: '1\n' }],
    ['a version that apk 3 does not take', { version: '1.0f7-r2' }],
    ['no architecture', { architecture: '' }],
    ['an architecture that is a path', { architecture: '../x' }],
    ['an architecture that ends with a line break', { architecture: 'noarch\n' }],
    ['a negative time', { buildDate: -1 }],
    ['a time that is no number', { buildDate: Number.NaN }],
    ['a time with a fraction', { buildDate: 1.5 }],
    ['a time that no tar holds', { buildDate: 8 ** 11 }],
    ['too large a priority', { providerPriority: 65_536 }],
    ['a negative priority', { replacesPriority: -1 }],
    ['a conflict of a conflict', { conflicts: ['!a'] }],
    ['a conflict that it provides', { provides: ['!a'] }],
    ['a range that it provides', { provides: ['a>1'] }],
    ['a conflict that it replaces', { replaces: ['!a'] }],
    ['an identity that it replaces', { replaces: ['a><Q1x'] }],
    ['a trigger with a line break', { triggers: ['/a\n'], scripts: { '.trigger': '#!/bin/sh' } }],
    ['two triggers in one', { triggers: ['/a /b'], scripts: { '.trigger': '#!/bin/sh' } }],
    ['a relative trigger', { triggers: ['a'], scripts: { '.trigger': '#!/bin/sh' } }],
    ['a trigger without a script', { triggers: ['/a'] }],
    ['a script without a trigger', { scripts: { '.trigger': '#!/bin/sh' } }],
    ['a script of an unknown kind', { scripts: { '.INSTALL': '#!/bin/sh' } }],
    ['a script that would be .PKGINFO', { scripts: { '.PKGINFO': '#!/bin/sh' } }],
    ['a script without an interpreter', { scripts: { '.pre-install': 'true' } }],
    ['a script of 256 KiB', { scripts: { '.pre-install': '#!'.padEnd(256 * 1024) } }],
  ])('with %s', (_, changes) => expectRefused(changes))

  test('and the same description without the fault is taken', () => {
    for (const field of textFields) expect(formatInfo({ ...least, [field]: 'a' }, facts)).toContain(' = a\n')
    for (const field of listFields)
      expect(formatInfo({ ...least, [field]: ['good'] }, facts)).toContain('good\n')
    const script = '#!'.padEnd(256 * 1024 - 1)
    expect(() => formatInfo({ ...least, scripts: { '.pre-install': script } }, facts)).not.toThrow()
  })
})

function expectRefused(changes: object): void {
  const write = (): string => formatInfo({ ...least, ...changes }, facts)
  expect(write).toThrow(expect.objectContaining({ code: 'PACKAGE_INVALID' }))
}
