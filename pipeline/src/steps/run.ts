import type { EventSink } from '../render/event.ts'

/** What every run carries, whichever its steps are. */
export interface Run {
  /** Fires on SIGINT, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal
  /** Tells the listeners what happens. */
  readonly emit: EventSink
  listen(sink: EventSink): void
}
