import { describe, expect, test } from 'vitest'
import { aLock } from '../../test/support/a-lock.ts'
import { isPipelineError } from '../errors.ts'
import { parsePackagesLock } from './parse.ts'
import { printPackagesLock } from './print.ts'

const good = printPackagesLock(aLock())

function problems(text: string): string {
  try {
    parsePackagesLock(text, 'p.lock.yaml')
  } catch (error) {
    if (isPipelineError(error, 'LOCK_INVALID') && error.exitStatus === 3) return error.message
    throw error
  }
  throw new Error('the lock was accepted')
}

test('the lock that the changes below start from is good', () => {
  expect(parsePackagesLock(good, 'p.lock.yaml')).toEqual(aLock())
})

describe('a lock that differs from what is printed is refused, with the place', () => {
  test.each<[string, string | RegExp, string, string]>([
    ['another format version', 'version: 1', 'version: 2', '3:10: version: 2 is not 1, the only version'],
    ['the format version as text', 'version: 1', 'version: "1"', "3:10: version: '1' is not 1"],
    ['no format version', 'version: 1\n', '', '3:1: version: is missing'],
    ['no architectures', /architectures:.*$/s, '', '3:1: architectures: is missing'],
    [
      'an unknown key',
      'version: 1',
      'version: 1\nverison: 1',
      "4:1: unknown key 'verison'; did you mean 'version'?",
    ],
    [
      'an unknown architecture',
      '  x86_64:',
      '  x86-64:',
      "5:3: architectures: unknown key 'x86-64'; did you mean 'x86_64'?",
    ],
    ['a repeated key', 'version: 1', 'version: 1\nversion: 1', "4:1: the key 'version' is there twice"],
    [
      'an unknown key of a package',
      'size: 5678',
      'size: 5678, from: "x"',
      "10:86: architectures.x86_64.packages[0]: unknown key 'from'",
    ],
    [
      'a repeated key of a package',
      'size: 5678',
      'size: 5678, size: 5678',
      "10:86: the key 'size' is there twice",
    ],
    [
      'a package without digest',
      / sha256: "b+",/,
      '',
      '10:9: architectures.x86_64.packages[0].sha256: is missing',
    ],
    ['a package without size', ' size: 5678,', '', 'packages[0].size: is missing'],
    [
      'a number as version',
      '"1.2.3-r4"',
      '1.2',
      '10:36: architectures.x86_64.packages[0].version: 1.2 is not a text',
    ],
    [
      'no version',
      '"1.2.3-r4"',
      '"latest"',
      "10:36: architectures.x86_64.packages[0].version: 'latest' is not a version",
    ],
    [
      'a size as text',
      'size: 5678',
      'size: "5678"',
      "10:80: architectures.x86_64.packages[0].size: '5678' is not a number",
    ],
    ['a negative size', 'size: 5678', 'size: -1', '.size: -1 is less than 1'],
    ['a size with a fraction', 'size: 5678', 'size: 1.5', '.size: 1.5 is not a whole number'],
    ['a size beyond exact numbers', 'size: 5678', 'size: 9007199254740993', '.size: 9007199254740992 is'],
    ['upper-case hex', /b{64}/, 'B'.repeat(64), ".sha256: 'BBBB"],
    ['63 hex digits', /b{64}/, 'b'.repeat(63), 'is not a SHA-256 digest of 64 lower-case hex digits'],
    ['65 hex digits', /b{64}/, 'b'.repeat(65), 'is not a SHA-256 digest'],
    ['an empty digest', /b{64}/, '', "'' is not a SHA-256 digest"],
    ['a named digest', /b{64}/, `sha256:${'b'.repeat(64)}`, 'is not a SHA-256 digest'],
    ['an MD5 digest', /b{64}/, 'b'.repeat(32), 'is not a SHA-256 digest'],
    [
      'a digest as number',
      /"b{64}"/,
      '1'.repeat(64),
      '.sha256: 1.1111111111111112e+63 is not a SHA-256 digest',
    ],
    ['two digests', /"b{64}"/, `["${'b'.repeat(64)}", "x"]`, '.sha256: a list is not a SHA-256 digest'],
    ['a digest and a line feed', /"b{64}"/, `"${'b'.repeat(64)}\\n"`, 'is not a SHA-256 digest'],
    ['an identity of another algorithm', 'Q1A', 'Q2A', ".checksum: 'Q2AAAA"],
    ['an identity without padding', 'A="', 'A"', "is not an apk identity: 'Q1' and the base64"],
    ['an identity in hex', /Q1A+=/, `X1${'a'.repeat(40)}`, 'is not an apk identity'],
    ['a recipe digest in upper case', /1{64}/, 'F'.repeat(64), "6:13: architectures.x86_64.recipe: 'FFFF"],
    [
      'a package name with a slash',
      '"openrc"',
      '"../openrc"',
      "10:17: architectures.x86_64.packages[0].name: '../openrc' is not",
    ],
    [
      'a repository outside the mirror',
      '"v3.24/main"',
      '"v3.24/../../etc"',
      ".repository: 'v3.24/../../etc' is neither",
    ],
    ['a repository as a file', '"v3.24/main"', '"file:///etc"', ".repository: 'file:///etc' is neither"],
    [
      'a reason of no known form',
      '"asked for"',
      '"because"',
      ".why: 'because' is not 'asked for', 'needed by",
    ],
    ['a reason without a package', '"asked for"', '"needed by "', ".why: 'needed by ' is not"],
    [
      'a base file elsewhere',
      '"v3.24/releases/x86_64/',
      '"v3.24/releases/../',
      '7:56: architectures.x86_64.base.file: ',
    ],
    [
      'a base file of another architecture',
      '"v3.24/releases/x86_64/',
      '"v3.24/releases/aarch64/',
      'is not in v3.24/releases/x86_64/',
    ],
    ['a base of another branch', 'release: "v3.24"', 'release: "v3.23"', 'is not in v3.23/releases/x86_64/'],
    ['an alias', 'apk: "3.0.6-r0"', 'apk: *a', '8:10: aliases (*a) are not read'],
    ['an anchor', 'apk: "3.0.6-r0"', 'apk: &a "3.0.6-r0"', '8:13: anchors (&a) are not read'],
    ['a tag', 'apk: "3.0.6-r0"', 'apk: !x "3.0.6-r0"', '8:10: Unresolved tag: !x'],
    ['a second document', /$/, '---\nversion: 1\n', '11:1: a second document begins here'],
    ['a carriage return', 'version: 1\n', 'version: 1\r\n', '3:11: a carriage return'],
    ['a byte order mark', /^/, '\ufeff', '1:1: a byte order mark'],
    ['NUL', 'openrc', 'open\0rc', '10:22: the control character U+0000'],
    [
      'NUL by escape',
      'openrc',
      'open\\0rc',
      "10:17: architectures.x86_64.packages[0].name: 'open\ufffdrc' is not the name",
    ],
    ['nothing', /^.*$/s, '', '1:1: the file is empty'],
    ['10 MB', /$/, `#${'x'.repeat(10_000_000)}`, '1:1: the file has 100'],
  ])('%s', (_, from, to, expected) => {
    const text = good.replace(from, () => to)
    expect(text).not.toBe(good)
    expect(problems(text)).toContain(expected)
    expect(problems(text)).toMatch(/^p\.lock\.yaml:\d+:\d+: /)
  })

  test('a package that is locked twice', () => {
    const line = good.split('\n').find((one) => one.includes('openrc')) ?? ''
    expect(problems(`${good}${line}\n`)).toContain(
      "11:17: architectures.x86_64.packages[1].name: 'openrc' is locked twice",
    )
  })

  test.each([0, 1, 100, 300, good.length - 20, good.length - 2])('a lock cut at %i', (length) => {
    expect(problems(good.slice(0, length))).toMatch(/^p\.lock\.yaml:\d+:\d+: /)
  })
})
