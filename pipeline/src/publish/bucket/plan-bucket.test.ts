import { describe, expect, test } from 'vitest'
import { planBucket } from './plan-bucket.ts'
import type { SeenBucket, SeenFile, SeenProposal } from './state.ts'

const manifest = (version: string, more = '') => JSON.stringify({ version, more })
const fileOf = (text: string): SeenFile => ({ sha: `sha of ${text}`, text })
const text = manifest('1.2.3')
const older = fileOf(manifest('1.2.2'))
const page = 'https://github.test/pull/1'

function plan(seen: Partial<SeenBucket>, proposed = false) {
  const bucket = { branch: 'main', file: undefined, proposal: undefined, ...seen }
  return planBucket({ text, version: '1.2.3', proposed, origin: 'a/b' }, bucket)
}

describe('a bucket', () => {
  test.each<[string, SeenFile | undefined, unknown]>([
    ['nothing yet', undefined, { actions: [{ kind: 'commit', branch: 'main', replaces: undefined }] }],
    ['an older version', older, { actions: [{ kind: 'commit', branch: 'main', replaces: older }] }],
    ['the same bytes', fileOf(text), { end: { kind: 'current' } }],
    ['a newer version', fileOf(manifest('1.3.0')), { end: { kind: 'newer', version: '1.3.0' } }],
  ])('that has %s', (_, file, expected) => {
    expect(plan({ file })).toEqual(expected)
  })

  test.each([
    ['other bytes of this version', manifest('1.2.3', 'x')],
    ['no manifest', 'x'],
    ['no version', '{}'],
  ])('that has %s gets these', (_, there) => {
    const file = fileOf(there)
    expect(plan({ file })).toEqual({ actions: [{ kind: 'commit', branch: 'main', replaces: file }] })
  })
})

describe('a proposal', () => {
  const own = 'kaweezle-1.2.3'
  const begun: SeenProposal = { isBegun: true, file: older, page: undefined }

  test.each<[string, SeenProposal, unknown]>([
    [
      'begins with a branch',
      { ...begun, isBegun: false },
      { actions: [{ kind: 'begin-branch', branch: own, from: 'main' }] },
    ],
    ['goes on with its file', begun, { actions: [{ kind: 'commit', branch: own, replaces: older }] }],
    [
      'goes on with its pull request',
      { ...begun, file: fileOf(text) },
      { actions: [{ kind: 'propose', branch: own, into: 'main' }] },
    ],
    ['is for people to decide then', { ...begun, page }, { end: { kind: 'proposed', page } }],
    [
      'stays so when its branch is gone',
      { ...begun, isBegun: false, page },
      { end: { kind: 'proposed', page } },
    ],
  ])('%s', (_, proposal, expected) => {
    expect(plan({ file: older, proposal }, true)).toEqual(expected)
  })

  test('is not made for what is there, nor for what is newer', () => {
    const proposal = { ...begun, isBegun: false }
    expect(plan({ file: fileOf(text), proposal }, true)).toEqual({ end: { kind: 'current' } })
    expect(plan({ file: fileOf(manifest('2.0.0')), proposal }, true)).toMatchObject({
      end: { kind: 'newer' },
    })
  })
})
