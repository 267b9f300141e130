import { expect, test } from 'vitest'
import { createMeter } from './progress-meter.ts'

function meterAt(total: number): { report: ReturnType<typeof createMeter>; clock: { now: number } } {
  const clock = { now: 0 }
  return { report: createMeter(total, () => clock.now), clock }
}

test('the rate is that of the last seconds, and the time left follows from it', () => {
  const { report, clock } = meterAt(10_000)
  expect(report(0)).toEqual({ bytes: 0, total: 10_000, rate: 0, secondsLeft: undefined })
  clock.now = 1000
  expect(report(1000)).toEqual({ bytes: 1000, total: 10_000, rate: 1000, secondsLeft: 9 })
  for (clock.now = 2000; clock.now <= 8000; clock.now += 1000) report(1000)
  expect(report(1000)).toMatchObject({ rate: 0, secondsLeft: undefined })
})

test('what earlier runs downloaded is no speed', () => {
  const { report, clock } = meterAt(10_000)
  expect(report(9000)).toMatchObject({ rate: 0 })
  clock.now = 500
  expect(report(9050)).toMatchObject({ rate: 100, secondsLeft: 10 })
})

test('nobody is told more than ten times a second, but for the end', () => {
  const { report, clock } = meterAt(1000)
  expect(report(1)).toBeDefined()
  clock.now = 99
  expect(report(2)).toBeUndefined()
  expect(report(1000)).toMatchObject({ bytes: 1000, secondsLeft: 0 })
})

test('bytes that were dropped are no negative speed', () => {
  const { report, clock } = meterAt(1000)
  report(900)
  clock.now = 1000
  expect(report(10)).toMatchObject({ bytes: 10, rate: 0, secondsLeft: undefined })
})

test('a clock that stands still or goes back divides nothing by zero', () => {
  const { report, clock } = meterAt(100)
  report(0)
  expect(report(100)).toMatchObject({ rate: 0 })
  clock.now = -5000
  expect(report(100)).toMatchObject({ rate: 0, secondsLeft: undefined })
})
