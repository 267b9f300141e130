import { expect, test } from 'vitest'
import type { StepEvent } from './event.ts'
import { plainRenderer } from './plain.ts'

const at = (time: number) => ({ time, step: 'fetch' })

test('a step is a line when it starts and a line when it ends', () => {
  expect(
    shown([
      { ...at(0), event: 'start', title: 'Fetch' },
      { ...at(1), event: 'progress', message: 'fetching a' },
      { ...at(2), event: 'done', message: '2 files', seconds: 12.3 },
      { ...at(3), event: 'skipped', message: 'it stands' },
    ]),
  ).toEqual(['fetch      Fetch ...', 'fetch      2 files (12 s)', 'fetch      skipped: it stands'])
})

test('a failure is not told twice: main.ts says what went wrong', () => {
  expect(shown([{ ...at(0), event: 'failed', message: 'the reason', code: 'USAGE' }])).toEqual([
    'fetch      failed',
  ])
})

test('bytes are a line every ten seconds, so that a log does not fall silent and is not flooded', () => {
  const events = Array.from({ length: 301 }, (_, index): StepEvent => {
    return { ...at(index * 100), event: 'progress', message: `${index}`, bytes: index }
  })
  expect(shown([{ ...at(0), event: 'start', title: 'Fetch' }, ...events])).toEqual([
    'fetch      Fetch ...',
    'fetch      100',
    'fetch      200',
    'fetch      300',
  ])
})

test('with verbose every line of progress is there', () => {
  const event: StepEvent = { ...at(0), event: 'progress', message: 'fetching a' }
  expect(shown([event], { verbose: true })).toEqual(['fetch      fetching a'])
})

test('text from outside can neither forge a line nor reach the terminal', () => {
  const event: StepEvent = { ...at(0), event: 'progress', message: '\u001b[2Ja\n::error::b\rc' }
  expect(shown([event], { verbose: true })).toEqual(['fetch      \\x1b[2Ja', 'fetch      ::error::b\\x0dc'])
})

function shown(events: readonly StepEvent[], options = { verbose: false }): string[] {
  let text = ''
  const sink = plainRenderer((part) => {
    text += part
  }, options)
  for (const event of events) sink(event)
  expect(text).toMatch(/^$|\n$/)
  return text.split('\n').slice(0, -1)
}
