import { expect, test } from 'vitest'
import { aLock, anArchitecture, hex } from '../../test/support/a-lock.ts'
import { assertLockAnswers } from './assert-answers.ts'

const question = { recipe: hex('1'), architecture: 'x86_64', file: 'p.lock.yaml' } as const

test('a lock of this recipe and architecture gives what it holds', () => {
  expect(assertLockAnswers(aLock(), question)).toEqual(anArchitecture())
})

test.each([
  ['another recipe', { ...question, recipe: hex('2') }, /^p\.lock\.yaml answers another recipe/],
  [
    'another architecture',
    { ...question, architecture: 'aarch64' as const },
    /^p\.lock\.yaml has no packages for aarch64$/,
  ],
])('a lock of %s is stale, and the error names the command', (_, asked, message) => {
  expect(() => assertLockAnswers(aLock(), asked)).toThrow(
    expect.objectContaining({
      code: 'LOCK_STALE',
      exitStatus: 3,
      message: expect.stringMatching(message),
      hint: expect.stringContaining('npm run lock'),
    }),
  )
})
