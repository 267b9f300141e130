import { expect, test } from 'vitest'
import { splitLines } from './split-lines.ts'

function linesOf(...chunks: (string | Uint8Array)[]): string[] {
  const lines: string[] = []
  const splitter = splitLines((line) => lines.push(line))
  for (const chunk of chunks) splitter.add(Buffer.from(chunk))
  splitter.end()
  splitter.end()
  return lines
}

test.each([
  ['a line that comes in pieces', ['a', 'b\nc', '\n'], ['ab', 'c']],
  ['an empty line', ['\n\na\n'], ['', '', 'a']],
  ['a last line without an end', ['a\nb'], ['a', 'b']],
  ['a line of Windows', ['a\r', '\nb\r\n'], ['a', 'b']],
  ['no output', [], []],
])('%s is handed on whole, and once', (_title, chunks, lines) => {
  expect(linesOf(...chunks)).toEqual(lines)
})

test('characters and line ends that come byte by byte are handed on whole', () => {
  const bytes = [...Buffer.from('ü€\r\n\n😀 last')].map((byte) => Uint8Array.of(byte))
  expect(linesOf(...bytes)).toEqual(['ü€', '', '😀 last'])
})

test('a line is handed on as soon as it has its end, and the last one at the end', () => {
  const lines: string[] = []
  const splitter = splitLines((line) => lines.push(line))
  splitter.add(Buffer.from('one\ntw'))
  expect(lines).toEqual(['one'])
  splitter.end()
  expect(lines).toEqual(['one', 'tw'])
})

test('a line that never ends is handed on in pieces', () => {
  const lines = linesOf(...Array.from({ length: 32 }, () => 'x'.repeat(10_000)))
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.join('')).toBe('x'.repeat(320_000))
})
