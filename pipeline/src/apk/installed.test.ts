import { expect, test } from 'vitest'
import { parseInstalled } from './installed.ts'

const header = [
  'C:Q1j9huCmxqWKDR+abKskcY8e/aZMo=',
  'P:hello',
  'V:1.0-r0',
  'A:x86_64',
  'S:10',
  'I:20',
  'T:Ünïcode',
  'U:',
  'L:MIT',
]
const sum = 'Q1SLkS9hBidUbPwwrw+XR0Whv3ww8='

test('packages come with their fields, folders and files', () => {
  const text = [
    ...header,
    'o:src',
    'D:a b>1',
    'p:cmd:hello=1.0-r0',
    'r:old older',
    'q:2',
    's:edge',
    'f:fs',
    'F:',
    'R:hello.txt',
    `Z:${sum}`,
    'F:etc/apk',
    'M:0:42:1777',
    'R:world',
    'a:1000:100:4755',
    `Z:${sum}`,
    'R:plain',
    'F:var',
    `M:1:2:700:${sum}`,
    '',
    ...header,
    '',
    '',
  ].join('\n')
  const [hello, second, ...rest] = parseInstalled(Buffer.from(text))
  expect(rest).toEqual([])
  expect(second).toMatchObject({ name: 'hello', directories: [], files: [], flags: '' })
  expect(hello).toMatchObject({
    description: 'Ünïcode',
    origin: 'src',
    size: 10,
    installedSize: 20,
    depends: ['a', 'b>1'],
    flags: 'fs',
    directories: [
      { path: '', uid: 0, gid: 0, mode: 0o755 },
      { path: 'etc/apk', uid: 0, gid: 42, mode: 0o1777 },
      { path: 'var', uid: 1, gid: 2, mode: 0o700 },
    ],
    files: [
      { path: 'hello.txt', uid: 0, gid: 0, mode: 0o644, checksum: sum },
      { path: 'etc/apk/world', uid: 1000, gid: 100, mode: 0o4755, checksum: sum },
      { path: 'etc/apk/plain', uid: 0, gid: 0, mode: 0o644, checksum: undefined },
    ],
  })
})

test('a path that is not UTF-8 keeps its bytes', () => {
  const text = Buffer.concat([
    Buffer.from([...header, 'F:d', 'R:'].join('\n')),
    Buffer.from([0xff, 0xe4]),
    Buffer.from('\n\n'),
  ])
  expect(parseInstalled(text)[0]?.files[0]?.path).toBe('d/\xff\xe4')
})

test('fields that apk 2 writes into the next package may come twice, and no flag is lost', () => {
  const lines = [...header, 'r:old', 's:edge', 'f:s', 'r:older', 's:local', 'f:f', 'F:etc', '', '']
  expect(parseInstalled(Buffer.from(lines.join('\n')))[0]?.flags).toBe('sf')
})

test('an empty database has no packages', () => expect(parseInstalled(Buffer.alloc(0))).toEqual([]))

test.each<[string, string[]]>([
  ['a file outside of any folder', ['R:file']],
  ['an owner outside of any file', ['F:etc', 'a:0:0:644']],
  ['an owner of a folder outside of any', ['M:0:0:755']],
  ['an owner of a folder behind its files', ['F:etc', 'R:a', 'M:0:0:755']],
  ['a checksum outside of any file', ['F:etc', `Z:${sum}`]],
  ['a file without a name', ['F:etc', 'R:']],
  ['a file with a slash', ['F:etc', 'R:a/b']],
  ['a file called ..', ['F:etc', 'R:..']],
  ['a folder that leads out', ['F:etc/../..']],
  ['an absolute folder', ['F:/etc']],
  ['a folder with a slash at its end', ['F:etc/']],
  ['a path with a zero', ['F:etc', 'R:a\0b']],
  ['an owner without a mode', ['F:etc', 'M:0:0']],
  ['a mode that is not octal', ['F:etc', 'M:0:0:789']],
  ['an owner by name', ['F:etc', 'M:root:root:755']],
  ['a negative owner', ['F:etc', 'M:-1:0:755']],
  ['a short checksum', ['F:etc', 'R:a', 'Z:Q1abc=']],
  ['an unknown letter', ['X:new']],
  ['an unknown small letter', ['x:new']],
  ['a field behind the files', ['F:etc', 'o:src']],
  ['a flag behind the files', ['F:etc', 'f:f']],
  ['a field twice', ['P:other']],
  ['a line without a field', ['nonsense']],
])('%s is refused', (_, lines) => {
  expect(() => parseInstalled(Buffer.from([...header, ...lines, '', ''].join('\n')))).toThrow(
    expect.objectContaining({
      code: 'ARCHIVE_INVALID',
      message: expect.stringMatching(/^lib\/apk\/db\/installed, line \d+: /),
    }),
  )
})

test('a database that is cut short is refused', () => {
  const text = [...header, 'F:etc', ''].join('\n')
  expect(() => parseInstalled(Buffer.from(text))).toThrow('cut short')
  expect(() => parseInstalled(Buffer.from(text.slice(0, -2)))).toThrow('cut short')
})

test('a package without an identity is refused', () => {
  expect(() => parseInstalled(Buffer.from('P:a\nV:1\n\n'))).toThrow('a has no checksum')
  expect(() => parseInstalled(Buffer.from('\n'))).toThrow('not a package name')
})
