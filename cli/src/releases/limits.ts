/** How long and how often a server is tried. Times are milliseconds. */
export interface Limits {
  readonly connect: number
  /** From the request to the head of the answer, connecting included. */
  readonly headers: number
  /** In which {@link Limits.idleBytes} must arrive, or the rest of the file. */
  readonly idle: number
  /** A server that drips is as good as silent. */
  readonly idleBytes: number
  /** Requests in a row that bring nothing new, the first included. */
  readonly tries: number
  /** Before the second try; doubled before each later one. */
  readonly backoff: number
  /** The longest wait between two tries. A server that asks for more is not waited for. */
  readonly longestWait: number
}

export const defaultLimits: Limits = {
  connect: 15_000,
  headers: 30_000,
  idle: 30_000,
  idleBytes: 16 * 1024,
  tries: 5,
  backoff: 500,
  longestWait: 60_000,
}
