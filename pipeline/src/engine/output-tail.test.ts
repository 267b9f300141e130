import { expect, test } from 'vitest'
import { createOutputTail } from './output-tail.ts'

const mebibyte = 1024 * 1024

function linesOf(...chunks: (string | Uint8Array)[]): string[] {
  const lines: string[] = []
  const tail = createOutputTail((line) => lines.push(line))
  for (const chunk of chunks) tail.write(Buffer.from(chunk))
  tail.end()
  return lines
}

test.each([
  ['a line that comes in pieces', ['a', 'b\nc', '\n'], ['ab', 'c']],
  ['an empty line', ['\n\na\n'], ['', '', 'a']],
  ['a last line without an end', ['a\nb'], ['a', 'b']],
  ['no output', [], []],
])('%s is handed on whole', (_title, chunks, lines) => {
  expect(linesOf(...chunks)).toEqual(lines)
})

test('a character that comes in pieces is handed on whole', () => {
  const [first, second] = Buffer.from('é')
  expect(linesOf(Buffer.from([first ?? 0]), Buffer.from([second ?? 0, 10]))).toEqual(['é'])
})

test('a line that never ends is handed on in pieces', () => {
  const lines = linesOf(...Array.from({ length: 32 }, () => 'x'.repeat(10_000)))
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.join('')).toBe('x'.repeat(320_000))
})

test.each([1, 4, 5, 8, 9, 20])('of %d MiB at most the last 4 are kept', (size) => {
  const tail = createOutputTail()
  for (let n = 0; n < size; n++) tail.write(Buffer.alloc(mebibyte, String.fromCharCode(65 + n)))
  const kept = tail.end()
  expect(kept).toHaveLength(Math.min(size, 4) * mebibyte)
  expect(kept.at(-1)).toBe(String.fromCharCode(64 + size))
  expect(kept[0]).toBe(String.fromCharCode(65 + Math.max(0, size - 4)))
})
