import { expect, test } from 'vitest'
import { chooseFormer, type FormerOptions } from './choose-former.ts'

const tags = [
  'latest',
  'v1.2.0-rc.2',
  'v1.10.0',
  'v1.9.0',
  '1.9.1',
  'v1.2.0-beta.1',
  'v1.2.0-dev',
  'v1.2.0',
  'nightly',
  'v2.0.0-alpha.1',
]

const published = tags.map((tag, id) => ({ id, tag }))

function former(options: Partial<FormerOptions>, of = published) {
  const usual = { version: '1.0.0', tag: `v${options.version}`, rolling: false, since: undefined }
  return chooseFormer(of, { ...usual, ...options })?.tag
}

test.each([
  ['1.10.1', 'v1.10.0'],
  ['1.10.0', '1.9.1'],
  ['1.9.1', 'v1.9.0'],
  // Of its own kind or riper, as in the channels of `kaweezle`.
  ['1.2.0', undefined],
  ['1.2.0-rc.3', 'v1.2.0-rc.2'],
  ['1.2.0-rc.2', undefined],
  ['1.2.0-beta.2', 'v1.2.0-beta.1'],
  ['1.2.1-rc.1', 'v1.2.0'],
  ['3.0.0', 'v1.10.0'],
  ['3.0.0-alpha.1', 'v2.0.0-alpha.1'],
  ['1.2.0-dev.1', 'v1.2.0-dev'],
  ['0.1.0', undefined],
  ['no version', undefined],
])('the notes of version %s tell the changes since %s', (version, expected) => {
  expect(former({ version })).toBe(expected)
})

test('those of a rolling release since the one that it replaces, or else since the highest version', () => {
  const rolling = { version: '1.11.0-main.7', tag: 'latest', rolling: true }
  expect(former(rolling)).toBe('latest')
  expect(former(rolling, published.slice(1))).toBe('v2.0.0-alpha.1')
  expect(former(rolling, [])).toBeUndefined()
})

test('a tag that is asked for wins, and has to be there', () => {
  expect(former({ version: '1.10.1', since: 'nightly' })).toBe('nightly')
  expect(() => former({ version: '1.10.1', since: 'v9.9.9' })).toThrow(
    expect.objectContaining({ code: 'USAGE' }),
  )
})
