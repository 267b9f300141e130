import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeLines, safeText } from './safe-text.ts'

test.each([
  ['an escape sequence', '\u001b[2J', '\\x1b[2J'],
  ['a carriage return', 'good\rbad', 'good\\x0dbad'],
  ['a backspace', 'a\bb', 'a\\x08b'],
  ['the one-byte CSI', '\u009b2J', '\\x9b2J'],
  ['delete', '\u007f', '\\x7f'],
  ['a bidirectional override', 'a\u202eb', 'a\\u{202e}b'],
  ['a zero-width space', 'a\u200bb', 'a\\u{200b}b'],
  ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
  ['a tag character', 'a\u{e0041}b', 'a\\u{e0041}b'],
])('%s becomes visible', (_, hostile, shown) => {
  expect(safeText(hostile)).toBe(shown)
  expect(safeLines(hostile)).toBe(shown)
})

test.each(['', 'plain text', 'Überraschung, 日本語, 🙂', 'a\ttab', '\\x1b'])('%j stays as it is', (text) => {
  expect(safeText(text)).toBe(text)
  expect(safeLines(text)).toBe(text)
})

test('a line feed becomes visible, except where lines are wanted', () => {
  expect(safeText('two\nlines')).toBe('two\\nlines')
  expect(safeLines('two\nlines')).toBe('two\nlines')
})

test('nothing that a terminal obeys is left in any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(safeText(text)).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|(?!\t)\p{Cc}/u)
      expect(safeLines(text)).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}]|(?![\n\t])\p{Cc}/u)
    }),
  )
})
