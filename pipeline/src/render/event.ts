import type { ErrorCode } from '../errors.ts'

interface StepEventBase {
  /** Milliseconds since 1970. */
  readonly time: number
  /** The step's name, e.g. `fetch`. */
  readonly step: string
}

/** What a run tells about itself; renderers turn it into a tree, lines or JSON. */
export type StepEvent =
  | (StepEventBase & { readonly event: 'start'; readonly title: string })
  | (StepEventBase & { readonly event: 'progress'; readonly message: string })
  | (StepEventBase & {
      readonly event: 'progress'
      readonly message: string
      readonly bytes: number
      readonly total?: number
    })
  | (StepEventBase & { readonly event: 'done'; readonly message: string; readonly seconds: number })
  | (StepEventBase & { readonly event: 'skipped'; readonly message: string })
  | (StepEventBase & {
      readonly event: 'failed'
      readonly message: string
      readonly code?: ErrorCode
      readonly hint?: string
    })

export type EventSink = (event: StepEvent) => void
