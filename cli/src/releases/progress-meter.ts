import type { Progress } from './release-event.ts'

/** Milliseconds that a rate is the mean of. */
const span = 5_000
/** Milliseconds between two reports: more often than anybody can read. */
const interval = 100

/**
 * Turns "so many bytes are there now" into reports of rate and time left, at most ten a second and one for the
 * end. `now` is a clock in milliseconds.
 */
export function createMeter(total: number, now: () => number): (bytes: number) => Progress | undefined {
  const samples: { readonly time: number; readonly bytes: number }[] = []
  return (bytes) => {
    const time = now()
    const last = samples.at(-1)
    if (last !== undefined && time - last.time < interval && bytes < total) return undefined
    // Fewer than before: what was there was dropped, and the rate of before says nothing.
    if (last !== undefined && bytes < last.bytes) samples.length = 0
    samples.push({ time, bytes })
    while (samples.length > 2 && time - (samples[1]?.time ?? time) >= span) samples.shift()
    const [first] = samples
    const elapsed = first === undefined ? 0 : time - first.time
    const rate =
      first === undefined || elapsed <= 0 ? 0 : Math.round(((bytes - first.bytes) * 1000) / elapsed)
    return { bytes, total, rate, secondsLeft: rate > 0 ? Math.ceil((total - bytes) / rate) : undefined }
  }
}
