export interface CodedErrorOptions {
  /** What the person should do next: one sentence, imperative. */
  readonly hint?: string
  /** What is known beyond the one line, e.g. each workload that is not ready and why. */
  readonly details?: readonly string[]
  readonly cause?: unknown
}

/**
 * The only error a user of a program is meant to see; each program has a class of its own with a closed union of
 * codes. Everything else that is thrown is a bug of ours. `message` says what happened and to what; `hint` says what
 * to do next.
 */
export abstract class CodedError<
  Code extends string,
  Options extends CodedErrorOptions = CodedErrorOptions,
> extends Error {
  readonly code: Code
  readonly hint: string | undefined
  readonly details: readonly string[]

  constructor(code: Code, message: string, options?: Options) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.hint = options?.hint
    this.details = options?.details ?? []
  }

  /** The exit status that the command ends with. */
  abstract get exitStatus(): number
}
