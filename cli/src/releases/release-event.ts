/** What finding and fetching a release tell while they run. `label` names the file. */
export type ReleaseEvent =
  | { readonly type: 'started'; readonly label: string; readonly total: number }
  | { readonly type: 'resumed'; readonly label: string; readonly bytes: number }
  | ({ readonly type: 'progress'; readonly label: string } & Progress)
  /** `delay` is milliseconds until the next try. */
  | { readonly type: 'retrying'; readonly label: string; readonly reason: string; readonly delay: number }
  /** Another kaweezle downloads the same file. */
  | { readonly type: 'waiting'; readonly label: string }
  /** The cached file is not what it was, and is fetched again. */
  | { readonly type: 'damaged'; readonly label: string; readonly path: string }
  | {
      readonly type: 'done'
      readonly label: string
      readonly bytes: number
      readonly from: 'cache' | 'source'
    }
  /** A local build is taken without a signature, as was allowed. */
  | { readonly type: 'unsigned'; readonly label: string }

export interface Progress {
  /** Of the whole file, those of earlier runs included. */
  readonly bytes: number
  readonly total: number
  /** Bytes per second over the last few seconds; 0 until it is known. */
  readonly rate: number
  /** Undefined until the rate is known. */
  readonly secondsLeft: number | undefined
}
