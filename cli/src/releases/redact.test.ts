import { expect, test } from 'vitest'
import { redact } from './redact.ts'

test.each([
  ['https://user:secret@host/a', 'https://host/a'],
  ['https://u:p@ss@host/a', 'https://host/a'],
  ['http://u\r:sec\nret@host/', 'http://host/'],
  ['https://host/a?X-Amz-Signature=secret', 'https://host/a'],
  ['https://host/a#secret and more', 'https://host/a and more'],
  ['\u001b[31mred\u202e\u0007', '[31mred'],
])('%j is shown without its secrets and control characters', (text, shown) => {
  expect(redact(text)).toBe(shown)
})

test.each(['https://host/~user/a@b', 'why? because', 'C:\\a', '1.2.3-rc.1'])(
  '%j is left as it is',
  (text) => {
    expect(redact(text)).toBe(text)
  },
)
