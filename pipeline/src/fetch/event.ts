/** What a fetch tells while it runs. `label` names the file; amounts are bytes of the whole file. */
export type FetchEvent =
  | { readonly type: 'started'; readonly label: string; readonly size: number | undefined }
  | { readonly type: 'resumed'; readonly label: string; readonly bytes: number }
  /** After every chunk: who shows it decides how often. */
  | {
      readonly type: 'progress'
      readonly label: string
      readonly bytes: number
      readonly size: number | undefined
    }
  | { readonly type: 'retrying'; readonly label: string; readonly reason: string; readonly delay: number }
  | {
      readonly type: 'done'
      readonly label: string
      readonly bytes: number
      readonly from: 'store' | 'source'
    }
