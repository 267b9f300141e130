import { expect, test } from 'vitest'
import { demultiplex } from '../src/providers/docker/demultiplex.ts'
import { createOutputTail } from '../src/providers/docker/output-tail.ts'

function frame(stream: 1 | 2, content: string): Buffer {
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(Buffer.byteLength(content), 4)
  return Buffer.concat([header, Buffer.from(content)])
}

test.each([1, 2, 3, 7, 8, 9, 1000])('both streams are told apart in chunks of %i bytes', (size) => {
  const whole = Buffer.concat([frame(1, 'one'), frame(2, 'zwei €'), frame(1, ''), frame(1, ' more')])
  const seen = { stdout: '', stderr: '' }
  const take = demultiplex((piece, stream) => {
    seen[stream] += Buffer.from(piece).toString('latin1')
  })
  for (let start = 0; start < whole.length; start += size) take(whole.subarray(start, start + size))
  expect(seen).toEqual({ stdout: 'one more', stderr: Buffer.from('zwei €').toString('latin1') })
})

test('lines are handed on whole, also when a character is cut in two, and the last without its end', () => {
  const lines: string[] = []
  const tail = createOutputTail((line) => lines.push(line))
  for (const byte of Buffer.from('ein €\n\nzwei')) tail.write(Uint8Array.of(byte))
  expect(lines).toEqual(['ein €', ''])
  expect(tail.end()).toBe('ein €\n\nzwei')
  expect(lines).toEqual(['ein €', '', 'zwei'])
})

test('a line that never ends is handed on in pieces', () => {
  const lines: string[] = []
  const tail = createOutputTail((line) => lines.push(line))
  for (let chunk = 0; chunk < 10; chunk++) tail.write(Buffer.alloc(20_000, 'x'))
  expect(lines.length).toBeGreaterThan(1)
  tail.end()
  expect(lines.join('')).toHaveLength(200_000)
})
