import { describe, expect, it } from 'vitest'
import { chunksOf, end, long, member, pax, record } from './raw-tar.fixture.ts'
import { type ReadTarOptions, readTar } from './read-tar.ts'

type Case = [
  title: string,
  archive: readonly Uint8Array[],
  message: RegExp,
  options?: Partial<ReadTarOptions>,
]

const file = member({ name: 'a' }, 'hello')
const base256 = (...bytes: number[]): string => String.fromCharCode(...bytes)
const link = (name: string, target: string): Buffer => member({ name, linkName: target, type: '1' })
const symlink = (name: string, target: string): Buffer => member({ name, linkName: target, type: '2' })

const damaged: Case[] = [
  ['an empty archive', [], /cut off/],
  ['an archive without its end', [file], /at byte 1024: the archive is cut off/],
  ['an archive with half of its end', [file, end.subarray(512)], /cut off/],
  ['an end that is no whole block', [file, end, Buffer.alloc(100)], /cut off/],
  ['a header that is cut off', [file, file.subarray(0, 511)], /cut off/],
  [
    'a content that is cut off',
    [member({ name: 'a', size: '00000004000' }, 'hello')],
    /member a: the archive is cut off/,
  ],
  ['a padding that is cut off', [file.subarray(0, 600)], /cut off/],
  ['PAX records that are cut off', [pax(record('path', 'x')).subarray(0, 515)], /cut off/],
  ['a wrong checksum', [member({ checksum: '000001\0 ' }), end], /wrong checksum/],
  ['a checksum that is no number', [member({ checksum: 'abcdef\0 ' }), end], /checksum is not a number/],
  ['a checksum of signed bytes', [member({ name: '\xff', checksum: '006151\0 ' }), end], /wrong checksum/],
  ['text instead of a tar', [Buffer.alloc(1024, '<html>')], /checksum/],
  ['an unknown magic number', [member({ magic: 'ustar\x0099' }), end], /no known tar format/],
]

const numbers: Case[] = [
  ['a size that is no number', [member({ size: '0000000zzzz' }), end], /size is not a number/],
  ['an empty size', [member({ size: '' }), end], /size is not a number/],
  ['digits after the end of a number', [member({ size: '0000\x001111' }), end], /size is not a number/],
  ['a decimal digit in a number', [member({ mode: '0000648' }), end], /mode is not a number/],
  [
    'a negative base-256 size (CVE-2026-59874)',
    [member({ size: base256(...new Array(12).fill(255)) }), end],
    /size is negative/,
  ],
  [
    'a base-256 size beyond 2^53',
    [member({ size: base256(0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff) }), end],
    /size is not a number/,
  ],
  [
    'a size of 2^48 bytes',
    [member({ size: base256(0x80, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) }), end],
    /larger than 68719476736/,
  ],
  ['a negative owner', [member({ uid: base256(0xff, 255, 255, 255, 255, 255, 255, 255) }), end], /uid -1/],
  [
    'the owner that chown takes for "leave it"',
    [pax(record('uid', '4294967295')), file, end],
    /uid 4294967295/,
  ],
  [
    'a device beyond dev_t',
    [member({ type: '3', major: '0010000', minor: '0000000' }), end],
    /major device number 4096/,
  ],
  ['a device without numbers', [member({ type: '4' }), end], /major device number is not a number/],
]

const names: Case[] = [
  ['an empty name', [member({ name: '' }), end], /not a path below the root/],
  ['an absolute name', [member({ name: '/etc/passwd' }), end], /not a path/],
  ['repeated roots (CVE-2021-32804)', [member({ name: '////abs' }), end], /not a path/],
  ['a parent component', [member({ name: 'a/../../b' }), end], /not a path/],
  ['a name of two dots', [member({ name: '..', type: '5' }), end], /not a path/],
  ['an inner dot', [member({ name: 'a/./b' }), end], /not a path/],
  ['an empty component', [member({ name: 'a//b' }), end], /not a path/],
  ['two slashes at the end of a directory', [member({ name: 'a//', type: '5' }), end], /not a path/],
  ['a file with a slash at the end', [member({ name: 'a/' }), end], /not a path/],
  ['an old file with a slash at the end', [member({ name: 'a/', type: '\0' }), end], /not a path/],
  ['a root that is no directory', [member({ name: './' }), end], /not a path/],
  ['an absolute name by its prefix', [member({ name: 'b', prefix: '/a' }), end], /not a path/],
  ['a component longer than file systems have', [long('L', 'x'.repeat(256)), file, end], /not a path/],
  ['a path longer than Linux opens', [long('L', 'a/'.repeat(3000)), file, end], /not a path/],
  ['an absolute PAX path', [pax(record('path', '/etc/passwd')), file, end], /not a path/],
  ['a NUL in a PAX path (CVE-2026-59872)', [pax(record('path', 'a\0b')), file, end], /not a path/],
  ['an empty PAX path', [pax(record('path', '')), file, end], /not a path/],
  ['a NUL in a long name', [long('L', 'a\0b'), file, end], /not a path/],
  [
    'a terminal escape in a name',
    [member({ name: '/\x1b[2J\u009b' }), end],
    /"\/\\x1b\[2J\\x9b" is not a path/,
  ],
]

const kinds: Case[] = [
  ['a contiguous file', [member({ type: '7' }), end], /unknown type "7"/],
  ['a GNU sparse file', [member({ type: 'S' }), end], /unknown type "S"/],
  ['a GNU multi-volume part', [member({ type: 'M' }), end], /unknown type "M"/],
  ['a type that nobody defined', [member({ type: '\x1b' }), end], /unknown type "\\x1b"/],
  ['a directory with a size', [member({ type: '5', name: 'd' }, 'hello'), end], /a directory and has a size/],
  [
    'a symbolic link with a size',
    [member({ type: '2', linkName: 'x' }, 'hello'), end],
    /a symlink and has a size/,
  ],
  [
    'a hard link with a content',
    [file, member({ name: 'b', type: '1', linkName: 'a' }, 'hello'), end],
    /a hardlink and has/,
  ],
  ['a fifo with a size', [member({ type: '6', size: '00000001000' }), end], /a fifo and has a size/],
  ['a symbolic link to nothing', [symlink('s', ''), end], /link target is empty/],
  ['a symbolic link with a NUL', [pax(record('linkpath', 'a\0b')), symlink('s', 'x'), end], /NUL/],
  [
    'data behind a GNU header',
    [member({ magic: 'ustar  \0', prefix: 'evil' }), end],
    /data where its format has none/,
  ],
  [
    'data behind an old header',
    [member({ magic: '', prefix: 'evil' }), end],
    /data where its format has none/,
  ],
  ['data behind a ustar prefix', [member({ bytes: { 508: 'tar' } }), end], /data where its format has none/],
]

const metas: Case[] = [
  ['a PAX length that is too long', [pax('99 path=x\n'), file, end], /malformed/],
  ['a PAX length that is too short', [pax('5 path=x\n'), file, end], /malformed/],
  ['a PAX length of zero', [pax('0 path=x\n'), file, end], /malformed/],
  ['a PAX length that is no number', [pax('xx path=x\n'), file, end], /malformed/],
  ['a PAX length with a zero in front', [pax('010 path=x\n'), file, end], /malformed/],
  ['a PAX record without its line end', [pax('10 path=x '), file, end], /malformed/],
  ['a PAX record without a value', [pax('7 path\n'), file, end], /malformed/],
  ['a PAX record whose = is in the next one', [pax(`7 path\n${record('a', 'b')}`), file, end], /malformed/],
  ['a PAX record without a key', [pax(record('', 'x')), file, end], /malformed/],
  [
    'the same PAX record twice',
    [pax(record('path', 'x') + record('path', 'y')), file, end],
    /two PAX records "path"/,
  ],
  [
    'a PAX record that POSIX does not know',
    [pax(record('realsize', '9')), file, end],
    /"realsize" is not supported/,
  ],
  ['a sparse file in PAX', [pax(record('GNU.sparse.realsize', '9')), file, end], /not supported/],
  ['a PAX type', [pax(record('SCHILY.filetype', 'fifo')), file, end], /not supported/],
  [
    "a PAX size other than the header's (CVE-2025-62518)",
    [pax(record('size', '1024')), member({}), end],
    /PAX size 1024/,
  ],
  ['a PAX size of zero over a content', [pax(record('size', '0')), file, end], /PAX size 0/],
  ['a negative PAX size', [pax(record('size', '-1')), file, end], /PAX size is not a number/],
  ['a PAX size in hex', [pax(record('size', '0x5')), file, end], /PAX size is not a number/],
  ['an empty PAX size', [pax(record('size', '')), file, end], /PAX size is not a number/],
  [
    'a PAX size on a symbolic link',
    [pax(record('size', '8589934592')), symlink('s', 'x'), end],
    /has a size/,
  ],
  ['a PAX time that is no number', [pax(record('mtime', 'now')), file, end], /mtime is not a number/],
  ['an attribute without a name', [pax(record('SCHILY.xattr.', 'x')), file, end], /without a plain name/],
  [
    'an attribute with a coded name',
    [pax(record('SCHILY.xattr.user.a%3Db', 'x')), file, end],
    /without a plain name/,
  ],
  ['a global path', [pax(record('path', 'x'), 'g'), file, end], /global PAX record "path"/],
  ['a global size', [pax(record('size', '5'), 'g'), file, end], /global PAX record "size"/],
  ['a global attribute', [pax(record('SCHILY.xattr.user.a', '5'), 'g'), file, end], /global PAX record/],
  [
    'PAX records before a long name (CVE-2026-53655)',
    [pax(record('size', '5')), long('L', 'x'), file, end],
    /follows another/,
  ],
  ['PAX records after a long name', [long('L', 'x'), pax(record('path', 'y')), file, end], /follows another/],
  ['PAX records twice', [pax(record('path', 'x')), pax(record('path', 'y')), file, end], /follows another/],
  [
    'a global header inside a member',
    [pax(record('path', 'x')), pax(record('comment', 'x'), 'g'), file, end],
    /follows another/,
  ],
  ['two long names', [long('L', 'x'), long('L', 'y'), file, end], /follows another/],
  ['PAX records of no member', [file, pax(record('path', 'x')), end], /belongs to no member/],
  ['PAX records of 200 MiB', [member({ type: 'x', size: '01440000000' })], /between 0 and 1048576/],
  [
    'a long name of a negative size',
    [member({ type: 'L', size: base256(...new Array(12).fill(255)) })],
    /between 0 and/,
  ],
]

const trees: Case[] = [
  ['a path twice', [file, file, end], /member a: it is in the archive twice/],
  ['a path twice in two spellings', [file, member({ name: './a' }), end], /twice/],
  ['a file instead of a directory in use', [member({ name: 'a/b' }), file, end], /twice/],
  ['the root twice', [member({ name: './', type: '5' }), member({ name: '.', type: '5' }), end], /twice/],
  [
    'a file below a symbolic link (CVE-2026-42574)',
    [symlink('a', '/etc'), member({ name: 'a/passwd' }), end],
    /below the symlink a/,
  ],
  [
    'a file deep below a symbolic link',
    [symlink('a', '..'), member({ name: 'a/b/c/d' }), end],
    /below the symlink a/,
  ],
  ['a file below a file', [file, member({ name: 'a/b' }), end], /below the file a/],
  ['a hard link before its file', [link('b', 'a'), file, end], /hard link to a, no file before it/],
  ['a hard link to itself', [link('b', 'b'), end], /no file before it/],
  [
    'a hard link to a symbolic link (CVE-2026-26960)',
    [symlink('s', '/etc/passwd'), link('b', 's'), end],
    /no file before it/,
  ],
  [
    'a hard link through a symbolic link',
    [member({ name: 'd/x' }), symlink('s', 'd'), link('b', 's/x'), end],
    /no file before/,
  ],
  [
    'a hard link to a directory',
    [member({ name: 'd', type: '5' }), link('b', 'd'), end],
    /no file before it/,
  ],
  ['a hard link to an absolute name', [file, link('b', '/a'), end], /not a path below the root/],
  [
    'a hard link out of the root (CVE-2026-24842)',
    [file, link('b', '../a'), end],
    /not a path below the root/,
  ],
  ['a hard link to nothing', [file, link('b', ''), end], /not a path below the root/],
]

const ends: Case[] = [
  ['a second archive after the end', [file, end, member({ name: 'b' }), end], /something follows the end/],
  [
    'a member after a lone block of zeros',
    [file, end.subarray(512), member({ name: 'b' }), end],
    /follows the end/,
  ],
  ['a byte after the end', [file, end, Buffer.of(...new Array(511).fill(0), 1)], /follows the end/],
  ['two MiB of zeros at the end', [file, Buffer.alloc(2 ** 21)], /more than 1048576 bytes of zeros/],
  ['a member after the end where the end is optional', [end, file], /follows the end/, { end: 'optional' }],
  ['a cut content where the end is optional', [file.subarray(0, 515)], /cut off/, { end: 'optional' }],
  [
    'PAX records of no member where the end is optional',
    [pax(record('path', 'x'))],
    /cut off/,
    { end: 'optional' },
  ],
  [
    'more bytes than the limit',
    [member({ name: 'a' }, 'x'.repeat(2000)), end],
    /larger than 2000/,
    { largestSize: 2000 },
  ],
  [
    'headers beyond the limit',
    [pax(record('comment', 'x'), 'g'), pax(record('comment', 'x'), 'g')],
    /larger/,
    { largestSize: 600 },
  ],
  [
    'more members than the limit',
    [file, member({ name: 'b' }), end],
    /more than 1 members/,
    { mostMembers: 1 },
  ],
]

describe.each(Object.entries({ damaged, numbers, names, kinds, metas, trees, ends }))('%s', (_, cases) => {
  it.each(cases)('%s is refused, whatever its chunks', async (_title, archive, message, options) => {
    const bytes = Buffer.concat(archive)
    for (const chunkSize of [bytes.length + 1, 512, 100]) {
      const reading = readAll(bytes, chunkSize, options)
      await expect(reading).rejects.toMatchObject({
        name: 'PipelineError',
        code: 'ARCHIVE_INVALID',
        message: expect.stringMatching(message),
      })
      await expect(reading).rejects.toThrow(/^hostile\.tar: (member|at byte) /)
    }
  })
})

describe('what is unusual and unambiguous', () => {
  it.each<Case>([
    ['an archive of nothing', [end], /^$/],
    ['nothing where the end is optional', [], /^$/, { end: 'optional' }],
    ['a member alone where the end is optional', [file], /^a$/, { end: 'optional' }],
    ['one block of zeros where the end is optional', [file, end.subarray(512)], /^a$/, { end: 'optional' }],
    ["GNU tar's padding to 10,240 bytes", [file, Buffer.alloc(9216)], /^a$/],
    ['a root', [member({ name: './', type: '5' }), member({ name: './a' }), end], /^,a$/],
    ['an old file', [member({ name: 'a', type: '\0', magic: '' }), end], /^a$/],
    ['a global comment, as of git archive', [pax(record('comment', 'abc'), 'g'), file, end], /^a$/],
    [
      'the times and names of owners that abuild writes',
      [pax(record('atime', '1.5') + record('uname', 'x')), file, end],
      /^a$/,
    ],
    ["a vendor's record", [pax(record('APK-TOOLS.checksum.SHA1', 'ff')), file, end], /^a$/],
    ['long names of GNU, one for each', [file, long('K', 'a'), long('L', 'b'), link('x', 'y'), end], /^a,b$/],
    [
      'a directory named after what is in it',
      [member({ name: 'd/x' }), member({ name: 'd/', type: '5' }), end],
      /^d\/x,d$/,
    ],
    ['a path twice, where the caller wants all members', [file, file, end], /^a,a$/, { members: 'any' }],
    ['a PAX size that says the same', [pax(record('size', '5')), file, end], /^a$/],
  ])('%s is accepted', async (_title, archive, paths, options) => {
    expect((await readAll(Buffer.concat(archive), 700, options)).join()).toMatch(paths)
  })
})

async function readAll(
  bytes: Buffer,
  chunkSize: number,
  options?: Partial<ReadTarOptions>,
): Promise<string[]> {
  const paths: string[] = []
  for await (const member of readTar(chunksOf(bytes, chunkSize), { label: 'hostile.tar', ...options }))
    paths.push(member.path)
  return paths
}
