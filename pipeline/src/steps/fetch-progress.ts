import type { FetchEvent } from '../fetch/event.ts'
import type { Progress } from '../progress.ts'

/** Sums the events of all files of a fetch into one progress. */
export function fetchProgress(progress: Required<Progress>): (event: FetchEvent) => void {
  const files = new Map<string, { done: number; size: number | undefined }>()
  return (event) => {
    const { label } = event
    if (event.type === 'started') {
      files.set(label, { done: 0, size: event.size })
      progress.line(`fetching ${label}`)
    } else if (event.type === 'resumed') {
      progress.line(`resuming ${label} at byte ${event.bytes}`)
    } else if (event.type === 'retrying') {
      progress.line(`trying ${label} again in ${(event.delay / 1000).toFixed(1)} s: ${event.reason}`)
    } else if (event.type === 'progress') {
      files.set(label, { done: event.bytes, size: event.size })
      const all = [...files.values()]
      const done = all.reduce((sum, file) => sum + file.done, 0)
      const total = all.reduce((sum, file) => sum + (file.size ?? file.done), 0)
      progress.bytes(done, total)
    }
  }
}
