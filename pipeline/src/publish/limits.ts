/** How long and how often GitHub is tried. Times are milliseconds. */
export interface PublishLimits {
  /** For the answer to a request, the tries of one that only reads included. */
  readonly answer: number
  /** In which another part of a file must go out or come in, or the answer come after its last. */
  readonly idle: number
  /** How often the same thing is begun. */
  readonly tries: number
  /** Before the second try; doubled before each later one. */
  readonly backoff: number
  /** The longest wait between two tries: a rate limit that lasts longer ends the run. */
  readonly longestWait: number
}

export const defaultLimits: PublishLimits = {
  answer: 60_000,
  idle: 90_000,
  tries: 6,
  backoff: 1000,
  longestWait: 20 * 60_000,
}
