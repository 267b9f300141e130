import { expect, test } from 'vitest'
import { nextHop } from './redirect.ts'

test.each([
  ['http://a/x', '/y', 'http://a/y'],
  ['http://a/x', 'https://b/y', 'https://b/y'],
  ['https://a/x/', 'y?q=1', 'https://a/x/y?q=1'],
  ['https://a/x', 'https://u:p@b/y', 'https://b/y'],
])('from %s, %s leads to %s', (current, location, next) => {
  expect(nextHop(new URL(current), location).href).toBe(next)
})

test.each([
  ['https://a/x', 'http://a/x'],
  ['http://a/x', 'file:///etc/passwd'],
  ['http://a/x', 'ftp://a/x'],
  ['http://a/x', 'http://'],
])('from %s, %s is not followed', (current, location) => {
  expect(() => nextHop(new URL(current), location)).toThrow(
    expect.objectContaining({ code: 'SOURCE_UNREACHABLE' }),
  )
})
