import type { ClusterEvent } from '../cluster/context.ts'
import type { ReleaseEvent } from '../releases/release-event.ts'
import { bytesText, durationText } from './units.ts'

/** All that is told while a command runs. */
export type ProgressEvent = ClusterEvent | ReleaseEvent

/** Shows people what goes on. */
export interface ProgressView {
  show(event: ProgressEvent): void
  /** Nothing comes any more. A step that goes on has ended well, or has failed. */
  end(isDone: boolean): void
}

/** An event in words. */
export type Told =
  /** Something that takes a while begins; what began before has ended. */
  | { readonly kind: 'step'; readonly text: string }
  /** How far it is, from 0 to 1. */
  | { readonly kind: 'progress'; readonly text: string; readonly share: number }
  | { readonly kind: 'note' | 'warning' | 'log'; readonly text: string }

/** Puts an event into words. They may hold anything: they are not safe for a terminal yet. */
export function tell(event: ProgressEvent): Told {
  if ('kind' in event) {
    if (event.kind === 'step') return { kind: 'step', text: event.title }
    if (event.kind === 'log') return { kind: 'log', text: event.line }
    return { kind: 'warning', text: event.message }
  }
  const { label } = event
  switch (event.type) {
    case 'started':
      return { kind: 'step', text: `Downloading ${label} (${bytesText(event.total)})` }
    case 'resumed':
      return { kind: 'note', text: `${label}: going on after ${bytesText(event.bytes)}` }
    case 'progress': {
      const { bytes, total, rate, secondsLeft } = event
      const speed = rate === 0 ? '' : `, ${bytesText(rate)}/s`
      const left = secondsLeft === undefined ? '' : `, ${durationText(secondsLeft)} left`
      const text = `${bytesText(bytes)} of ${bytesText(total)}${speed}${left}`
      return { kind: 'progress', text, share: total === 0 ? 1 : bytes / total }
    }
    case 'retrying': {
      const delay = durationText(Math.ceil(event.delay / 1000))
      return { kind: 'warning', text: `${label}: ${event.reason}; the next try is in ${delay}` }
    }
    case 'waiting':
      return { kind: 'step', text: `Waiting for another kaweezle that downloads ${label}` }
    case 'damaged':
      return { kind: 'warning', text: `${event.path} is damaged, and is fetched again` }
    case 'done':
      return event.from === 'cache'
        ? { kind: 'note', text: `${label} is in the cache` }
        : { kind: 'note', text: `${label} is downloaded and verified` }
    case 'unsigned':
      return { kind: 'warning', text: `${label} has no signature, and is taken because you allowed that` }
  }
}
