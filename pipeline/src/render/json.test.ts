import { expect, test } from 'vitest'
import type { StepEvent } from './event.ts'
import { jsonRenderer } from './json.ts'

const at = { time: 1_700_000_000_000, step: 'fetch' }

test.each<StepEvent>([
  { ...at, event: 'start', title: 'Fetch' },
  { ...at, event: 'progress', message: 'fetching a' },
  { ...at, event: 'progress', message: '1 B of 2 B', bytes: 1, total: 2 },
  { ...at, event: 'done', message: '2 files', seconds: 1.5 },
  { ...at, event: 'skipped', message: 'it stands' },
  { ...at, event: 'failed', message: 'the\nreason', code: 'USAGE', hint: 'Do it.' },
])('$event is one line that says the same', (event) => {
  expect(JSON.parse(line(event))).toEqual({ ...event, time: '2023-11-14T22:13:20.000Z' })
})

test.each(['\u001b[2J', '\u009b2J', '\u007f', 'a\u202eb', '\u2028', '\u{e0041}', 'two\nlines'])(
  '%j reaches programs and not the terminal',
  (message) => {
    const text = line({ ...at, event: 'progress', message })
    expect(text).toMatch(/^\P{C}+\n$/u)
    expect(JSON.parse(text).message).toBe(message)
  },
)

function line(event: StepEvent): string {
  const lines: string[] = []
  jsonRenderer((text) => lines.push(text))(event)
  expect(lines).toHaveLength(1)
  return lines.join('')
}
