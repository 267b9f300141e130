import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatChecksums, parseChecksums } from './checksums.ts'

const a = 'a'.repeat(64)
const b = 'b'.repeat(64)

test('a list holds digests by name, binary or not', () => {
  expect([...parseChecksums(`${a}  rootfs.tar.gz\n${b} *kaweezle-windows-x64.zip\n`)]).toEqual([
    ['rootfs.tar.gz', a],
    ['kaweezle-windows-x64.zip', b],
  ])
})

test('what is formatted is sorted, and parsed as it was', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_+-]{0,9}(\.[a-z0-9]{1,5}){0,2}$/))
  const digest = fc.stringMatching(/^[0-9a-f]{64}$/)
  fc.assert(
    fc.property(names, digest, (all, one) => {
      fc.pre(all.length > 0)
      const checksums = new Map(all.map((name) => [name, one]))
      const text = formatChecksums(checksums)
      expect(new Map(parseChecksums(text))).toEqual(checksums)
      expect(text).toBe(
        text
          .split(/(?<=\n)/)
          .sort((x, y) => (x.slice(66) < y.slice(66) ? -1 : 1))
          .join(''),
      )
    }),
  )
})

test("coreutils' own list is read, and ours is checked by coreutils", () => {
  const folder = mkdtempSync(join(tmpdir(), 'checksums-'))
  try {
    writeFileSync(join(folder, 'one.txt'), 'one')
    writeFileSync(join(folder, 'two.bin'), 'two')
    const text = execFileSync('sha256sum', ['-b', 'two.bin', 'one.txt'], { cwd: folder, encoding: 'utf8' })
    const ours = formatChecksums(parseChecksums(text))
    execFileSync('sha256sum', ['--check', '--strict', '--quiet', '-'], { cwd: folder, input: ours })
    expect(ours).toMatch(/ {2}one\.txt\n.* {2}two\.bin\n$/)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test.each([
  ['nothing', ''],
  ['an empty line', '\n'],
  ['a last line without its end', `${a}  x`],
  ['an upper-case digest', `${'A'.repeat(64)}  x\n`],
  ['63 digits', `${'a'.repeat(63)}  x\n`],
  ['65 digits', `${'a'.repeat(65)}  x\n`],
  ['a sha1 digest', `${'a'.repeat(40)}  x\n`],
  ['one space', `${a} x\n`],
  ['a tab', `${a}\t x\n`],
  ['no name', `${a}  \n`],
  ['a folder', `${a}  folder/x\n`],
  ['the folder above', `${a}  ..\n`],
  ['a way up', `${a}  ../x\n`],
  ['an absolute path', `${a}  /etc/passwd\n`],
  ['a backslash', `${a}  folder\\x\n`],
  ["coreutils' escape", `\\${a}  a\\nb\n`],
  ['a CRLF', `${a}  x\r\n`],
  ['a NUL', `${a}  x\0\n`],
  ['an escape sequence', `${a}  \u001b[31mx\n`],
  ['a right-to-left override', `${a}  \u202egz.rat\n`],
  ['a drive', `${a}  C:x\n`],
  ['an option', `${a}  -rf\n`],
  ['a trailing dot, which Windows drops', `${a}  x.\n`],
  ['one name twice', `${a}  x\n${a}  x\n`],
  ['one name with two digests', `${a}  x\n${b} *x\n`],
  ['a comment', `# comment\n${a}  x\n`],
  ["the BSD's format", `SHA256 (x) = ${a}\n`],
  ['a byte order mark', `\ufeff${a}  x\n`],
  ['an HTML page', '<!doctype html>\n<title>Sign in</title>\n'],
  ['endless lines', `${a}  x\n`.repeat(10_001)],
])('a list with %s is refused', (_what, text) => {
  expect(() => parseChecksums(text)).toThrow(expect.objectContaining({ code: 'CHECKSUMS_INVALID' }))
})

test.each(['a/b', 'a\nb', '', '..'])('the name %j is not written', (name) => {
  expect(() => formatChecksums(new Map([[name, a]]))).toThrow(
    expect.objectContaining({ code: 'CHECKSUMS_INVALID' }),
  )
})

test('a name that would smuggle in a second line is not written', () => {
  expect(() => formatChecksums(new Map([[`x\n${b}  y`, a]]))).toThrow(
    expect.objectContaining({ code: 'CHECKSUMS_INVALID' }),
  )
})
