import { expect, test } from 'vitest'
import { redact } from './redact.ts'

test.each([
  ['http://user:secret@host/a', 'http://host/a'],
  ['https://token@host:8080/a/b', 'https://host:8080/a/b'],
  ['http://u:p@ss@host/a', 'http://host/a'],
  ['http://u\r:sec\nret@host/', 'http://host/'],
  ['http://host/a?X-Amz-Signature=secret', 'http://host/a'],
  ['http://host/a#secret and more', 'http://host/a and more'],
  ['see http://u:secret@a/ and http://v:secret@b/', 'see http://a/ and http://b/'],
  ['//u:secret@host/a', '//host/a'],
])('%j is shown without its secrets', (text, shown) => {
  expect(redact(text)).toBe(shown)
})

test.each([
  ['\u001b[31mred\u001b[0m', '[31mred[0m'],
  ['a\rb\u0007c\u009bd', 'abcd'],
  ['abc\u202edef\u2066', 'abcdef'],
])('the control characters of %j do not reach a terminal', (text, shown) => {
  expect(redact(text)).toBe(shown)
})

test.each(['https://host/~user/a@b', 'who@example.org', 'why? because', 'C:\\a'])(
  '%j is left as it is',
  (text) => {
    expect(redact(text)).toBe(text)
  },
)

test('a long hostile text takes no time', () => {
  const start = performance.now()
  redact('//'.repeat(50_000))
  redact(`//${'a'.repeat(100_000)}`)
  redact(`${'//a'.repeat(50_000)}@`)
  expect(performance.now() - start).toBeLessThan(1000)
})
