/** What one check of `kaweezle doctor` found. */
export interface Finding {
  /** What was looked at, in a few words. */
  readonly name: string
  /** `warn`: a cluster works, or may work, all the same. `fail`: it does not. */
  readonly verdict: 'pass' | 'warn' | 'fail'
  readonly message: string
  /** What to do; with every warning and failure. */
  readonly hint?: string
}

/** A finding of this verdict; what to do is left out where nothing is. */
export function finding(
  name: string,
  { verdict, message, hint }: Pick<Finding, 'verdict' | 'message'> & { readonly hint: string },
): Finding {
  return { name, verdict, message, ...(verdict !== 'pass' && { hint }) }
}
