/** What one check found. */
export interface Finding {
  /** What was looked at, in a few words. */
  readonly name: string
  readonly verdict: 'pass' | 'warn' | 'fail'
  readonly message: string
  /** What to do; with every warning and failure. */
  readonly hint?: string
}
