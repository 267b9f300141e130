/** How long and how often a fetch is tried. Times are milliseconds. */
export interface FetchLimits {
  /** From the request to the head of the answer, connecting included. */
  readonly headers: number
  /** In which {@link FetchLimits.idleBytes} must arrive, or the rest of the file. */
  readonly idle: number
  /** A server that drips is as good as silent. */
  readonly idleBytes: number
  /** For one file, all tries and waits included. */
  readonly total: number
  /** Requests for one file, the first included. */
  readonly tries: number
  /** Before the second try; doubled before each later one. */
  readonly backoff: number
  /** The longest wait between two tries, whatever the server asks for. */
  readonly longestWait: number
}

export const defaultLimits: FetchLimits = {
  headers: 30_000,
  idle: 30_000,
  idleBytes: 16 * 1024,
  total: 60 * 60_000,
  tries: 5,
  backoff: 500,
  longestWait: 60_000,
}
