import { expect, test } from 'vitest'
import { createOutputTail } from './output-tail.ts'

const mebibyte = 1024 * 1024

test('lines are handed on as they come, and the end has everything as it was written', () => {
  const lines: string[] = []
  const tail = createOutputTail((line) => lines.push(line))
  for (const byte of Buffer.from('ein €\r\n\nzwei')) tail.write(Uint8Array.of(byte))
  expect(lines).toEqual(['ein €', ''])
  expect(tail.end()).toBe('ein €\r\n\nzwei')
  expect(lines).toEqual(['ein €', '', 'zwei'])
  expect(tail.end()).toBe('ein €\r\n\nzwei')
  expect(lines).toHaveLength(3)
})

test.each([1, 4, 5, 8, 9, 20])('of %d MiB at most the last 4 are kept', (size) => {
  const tail = createOutputTail()
  for (let n = 0; n < size; n++) tail.write(Buffer.alloc(mebibyte, String.fromCharCode(65 + n)))
  const kept = tail.end()
  expect(kept).toHaveLength(Math.min(size, 4) * mebibyte)
  expect(kept.at(-1)).toBe(String.fromCharCode(64 + size))
  expect(kept[0]).toBe(String.fromCharCode(65 + Math.max(0, size - 4)))
})
