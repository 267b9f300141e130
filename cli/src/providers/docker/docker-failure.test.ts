import { expect, test } from 'vitest'
import { isBusy } from './docker-failure.ts'

const answer = (statusCode: number, message: string) =>
  Object.assign(new Error(`(HTTP code ${statusCode}) server error - ${message} `), { statusCode })

test.each([
  [409, 'removal of container kwsl is already in progress', true],
  [500, 'cannot remove container 1 as it could not be stopped: container state improper: stopped', true],
  [500, 'no space left on device', false],
  [404, 'no such container', false],
])('%i, "%s" is tried again: %s', (status, message, expected) => {
  expect(isBusy(answer(status, message))).toBe(expected)
})

test('a connection that breaks is no busy daemon', () => {
  expect(isBusy(new Error('socket hang up'))).toBe(false)
})
