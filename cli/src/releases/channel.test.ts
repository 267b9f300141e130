import { expect, test } from 'vitest'
import { isChannel, newestInChannel } from './channel.ts'

const versions = [
  '1.0.0',
  '1.2.0',
  '1.10.0-rc.1',
  '1.10.0-beta.2',
  '1.10.0-beta.11',
  '2.0.0-alpha',
  '3.0.0-dev',
]

test.each([
  ['stable', '1.2.0'],
  ['rc', '1.10.0-rc.1'],
  ['beta', '1.10.0-rc.1'],
  ['alpha', '2.0.0-alpha'],
] as const)('the newest in %s is %s, in whatever order they come', (channel, expected) => {
  expect(newestInChannel(versions, channel, String)).toBe(expected)
  expect(newestInChannel(versions.toReversed(), channel, String)).toBe(expected)
})

test('a riper release ends the wait of its testers', () => {
  expect(newestInChannel([...versions, '1.10.0'], 'beta', String)).toBe('1.10.0')
})

test.each([[[]], [['1.0.0-dev']], [['nightly', 'latest', '', '1.0', 'v']], [['1.0.0-RC.1']]])(
  '%j has nothing for any channel',
  (all) => {
    expect(newestInChannel(all, 'alpha', String)).toBeUndefined()
  },
)

test.each(['latest', 'dev', '', 'Stable', 'edge'])('%j is no channel', (text) => {
  expect(isChannel(text)).toBe(false)
})
