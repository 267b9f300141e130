import type { StepEvent } from '../render/event.ts'
import type { StepTime } from './report.ts'

/**
 * How long each step took that has begun until `now` (milliseconds since 1970), in order. Those that were skipped
 * tell no time of their own; it is that between their events.
 */
export function stepTimes(events: readonly StepEvent[], now: number): StepTime[] {
  return events.flatMap((start): StepTime[] => {
    if (start.event !== 'start') return []
    const { step: name, title } = start
    const end = events.find((one) => one.step === name && (one.event === 'done' || one.event === 'skipped'))
    const seconds = ((end?.time ?? now) - start.time) / 1000
    if (end?.event === 'done')
      return [{ name, title, seconds: end.seconds, outcome: 'done', message: end.message }]
    if (end?.event === 'skipped') return [{ name, title, seconds, outcome: 'skipped', message: end.message }]
    return [{ name, title, seconds, outcome: 'running', message: 'until this page was written' }]
  })
}
