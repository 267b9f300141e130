import { expect, it } from 'vitest'
import { failureLines, saysDiskFull } from './failure-lines.ts'

it('what kubeadm names as wrong comes first, and noise not at all', () => {
  const output = [
    '[init] Using Kubernetes version: v1.36.1',
    ...Array.from({ length: 20 }, (_, index) => `[certs] line ${index}`),
    'error execution phase preflight: [preflight] Some fatal errors occurred:',
    '\t[ERROR Port-6443]: Port 6443 is in use',
    '\t[ERROR Mem]: too little',
    '[preflight] If you know what you are doing, you can make a check non-fatal',
    'To see the stack trace of this error execute with --v=5 or higher',
  ].join('\n')
  expect(failureLines(output)).toEqual([
    'error execution phase preflight: [preflight] Some fatal errors occurred:',
    '[ERROR Port-6443]: Port 6443 is in use',
    '[ERROR Mem]: too little',
  ])
})

it('there are never more than ten lines, nor long ones, nor control characters', () => {
  const output = Array.from(
    { length: 50 },
    (_, index) => `[ERROR ${index}]: \u001b[31m${'x'.repeat(1000)}\u0007`,
  )
  const lines = failureLines(output.join('\n'))
  expect(lines).toHaveLength(10)
  for (const line of lines) expect(line).toMatch(/^\[ERROR \d+\]: x{300,400}…$/)
})

it('nothing is nothing', () => {
  expect(failureLines('')).toEqual([])
  expect(failureLines('\n \n')).toEqual([])
})

for (const [text, isFull] of [
  ['write /x: no space left on device', true],
  ['cp: write error: No space left on device', true],
  ['open /x: disk quota exceeded', true],
  ['there is space left', false],
] as const) {
  it(`${JSON.stringify(text)} ${isFull ? 'says' : 'does not say'} that the disk is full`, () => {
    expect(saysDiskFull(text)).toBe(isFull)
  })
}
