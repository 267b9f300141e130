import { safeLines } from '@kaweezle/program-kit/safe-text.ts'
import { formatSeconds } from './amounts.ts'
import type { EventSink } from './event.ts'

/** Milliseconds between two lines on the bytes of a step: often enough for CI, which ends what stays silent. */
const bytesInterval = 10_000

/**
 * Writes lines for logs: one for every step that starts or ends, and how many bytes are done now and then; with
 * `verbose` all that is told of the progress. What went wrong is left to main.ts, which says it in full.
 */
export function plainRenderer(write: (text: string) => void, options: { verbose: boolean }): EventSink {
  let last = 0
  return (event) => {
    const line = (text: string) => {
      last = event.time
      for (const one of safeLines(text).split('\n')) write(`${event.step.padEnd(10)} ${one}\n`)
    }
    if (event.event === 'start') line(`${event.title} ...`)
    else if (event.event === 'done') line(`${event.message} (${formatSeconds(event.seconds)})`)
    else if (event.event === 'skipped') line(`skipped: ${event.message}`)
    else if (event.event === 'failed') line('failed')
    else if ('bytes' in event ? event.time - last >= bytesInterval : options.verbose) line(event.message)
  }
}
