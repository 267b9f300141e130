import { expect, test } from 'vitest'
import { demultiplex } from '../src/providers/docker/demultiplex.ts'

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
