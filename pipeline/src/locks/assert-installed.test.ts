import { describe, expect, test } from 'vitest'
import { anArchitecture, aPackage } from '../../test/support/a-lock.ts'
import type { Change } from '../apk/resolution.ts'
import type { ApkChecksum } from '../digest.ts'
import { assertInstalled, assertInstallOrder, lockMismatch } from './assert-installed.ts'

const git = aPackage('git', { version: '2.0-r0' })
const jq = aPackage('jq', { version: '1.7-r0' })
const lock = anArchitecture([git, jq])
const hint = expect.stringContaining('npm run lock')

/** The error, whose differences are these lines. */
const mismatch = (...lines: string[]) => {
  const message = ['the installation is not what the lock says:', ...lines.map((line) => `  ${line}`)].join(
    '\n',
  )
  return expect.objectContaining({ code: 'LOCK_MISMATCH', exitStatus: 3, message, hint })
}

describe('what apk did', () => {
  const change = (name: string, version: string, action: Change['action'] = 'install'): Change => ({
    ...{ action, name, version, tag: undefined, from: undefined },
  })
  const asLocked = [change('git', '2.0-r0'), change('jq', '1.7-r0', 'upgrade')]

  test('may be the lock’s packages in its order, by whatever action', () => {
    expect(() => assertInstallOrder(lock, asLocked)).not.toThrow()
    expect(() => assertInstallOrder(anArchitecture([]), [])).not.toThrow()
  })

  test.each([
    ['another order', asLocked.toReversed(), 'step 1: the lock has git 2.0-r0, apk has upgrade jq 1.7-r0'],
    ['a step too few', asLocked.slice(0, 1), 'step 2: the lock has jq 1.7-r0, apk has nothing more'],
    ['nothing', [], 'step 1: the lock has git 2.0-r0, apk has nothing more'],
    [
      'a step too many',
      [...asLocked, change('zsh', '5-r0')],
      'step 3: the lock has nothing more, apk has install zsh 5-r0',
    ],
    [
      'another version',
      [asLocked[0] as Change, change('jq', '1.8-r0')],
      'step 2: the lock has jq 1.7-r0, apk has install jq 1.8-r0',
    ],
    [
      'a removal',
      [change('musl', '1-r0', 'purge'), ...asLocked],
      'step 1: the lock has git 2.0-r0, apk has purge musl 1-r0',
    ],
  ])('may not be %s', (_, changes, line) => {
    expect(() => assertInstallOrder(lock, changes)).toThrow(mismatch(line))
  })
})

describe('what is installed', () => {
  const musl = aPackage('musl', { version: '1.2-r0' })
  const other = `Q1${'B'.repeat(27)}=` as ApkChecksum
  const base = [musl, aPackage('git', { version: '1.0-r0', checksum: other })]

  test('may be the base and the lock’s packages, of which the lock’s win, in any order', () => {
    expect(() => assertInstalled(lock, { installed: [musl, jq, git], base })).not.toThrow()
  })

  test.each([
    ['a package of the lock too few', [musl, git], ['jq 1.7-r0 is missing']],
    ['a package of the base too few', [git, jq], ['musl 1.2-r0 is missing']],
    [
      'a package too many',
      [musl, git, jq, aPackage('worm', { version: '6.6-r6' })],
      ['worm 6.6-r6 is installed and neither locked nor in the base'],
    ],
    ['a package twice', [musl, git, jq, jq], ['jq 1.7-r0 is installed and neither locked nor in the base']],
    [
      'another version',
      [musl, git, { ...jq, version: '1.8-r0' }],
      [`jq is 1.8-r0 (${jq.checksum}), not 1.7-r0 (${jq.checksum})`],
    ],
    [
      'the same version of another build',
      [musl, git, { ...jq, checksum: other }],
      [`jq is 1.7-r0 (${other}), not 1.7-r0 (${jq.checksum})`],
    ],
    [
      'the base’s version of what is locked',
      [...base, jq],
      [`git is 1.0-r0 (${other}), not 2.0-r0 (${git.checksum})`],
    ],
    [
      'another version of what the base has',
      [git, jq, { ...musl, version: '1.3-r0' }],
      [`musl is 1.3-r0 (${musl.checksum}), not 1.2-r0 (${musl.checksum})`],
    ],
    [
      'several of these, of which all are told',
      [git, aPackage('worm', { version: '6.6-r6' })],
      [
        'worm 6.6-r6 is installed and neither locked nor in the base',
        'musl 1.2-r0 is missing',
        'jq 1.7-r0 is missing',
      ],
    ],
  ])('may not be %s', (_, installed, lines) => {
    expect(() => assertInstalled(lock, { installed, base })).toThrow(mismatch(...lines))
  })
})

test('a reason of apk’s becomes the same error', () => {
  expect(lockMismatch(['a', 'b'])).toEqual(mismatch('a', 'b'))
})
