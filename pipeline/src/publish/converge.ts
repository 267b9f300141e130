import { PipelineError } from '../errors.ts'
import { Transient } from '../fetch/transient.ts'
import { type Patience, waitAfter } from './patience.ts'

/** How something on GitHub becomes what it shall be. */
export interface Convergence<Seen, Action, End> {
  /** What a look is called, e.g. `look at the releases`. */
  readonly looking: string
  look(): Promise<Seen>
  /** What is to be done next, at least one action; or how it has ended. */
  plan(seen: Seen): { readonly actions: readonly Action[] } | { readonly end: End }
  perform(action: Action): Promise<void>
  /** For people, in the imperative. */
  describe(action: Action): string
  /** What tells one action from another; begun again, an action has the same key. */
  keyOf(action: Action): string
  /** What to do when an action was done as often as the limits allow, and had no effect. */
  readonly hint: string
}

/**
 * Looks, plans, does it, and looks again, until all is as it shall be: so it makes no difference where an earlier run
 * was killed, or which answer got lost. Nothing is begun more often than the limits allow. Gives the end and what was
 * done for it, tries that failed left out.
 * @throws PipelineError `CHECKSUM_MISMATCH` for what stays wrong, and whatever the functions throw that is not Transient
 */
export async function converge<Seen, Action, End>(
  convergence: Convergence<Seen, Action, End>,
  patience: Patience,
): Promise<{ end: End; done: readonly Action[] }> {
  const { looking, hint } = convergence
  const { limits, onLine } = patience
  const begun = new Map<string, number>()
  const done: Action[] = []

  /** Undefined when it has to be looked at again. */
  async function attempt<T>(key: string, act: () => Promise<T>): Promise<{ value: T } | undefined> {
    const count = (begun.get(key) ?? 0) + 1
    begun.set(key, count)
    if (count > limits.tries) throw staysWrong(`${key}: done ${limits.tries} times`, hint)
    try {
      return { value: await act() }
    } catch (error) {
      if (!(error instanceof Transient)) throw error
      await waitAfter(error, count, patience)
      return undefined
    }
  }

  for (;;) {
    const seen = await attempt(looking, () => convergence.look())
    if (seen === undefined) continue
    begun.delete(looking)
    const plan = convergence.plan(seen.value)
    if ('end' in plan) return { end: plan.end, done }
    for (const action of plan.actions) {
      onLine(convergence.describe(action))
      const key = convergence.keyOf(action)
      if ((await attempt(key, () => convergence.perform(action))) === undefined) break
      done.push(action)
    }
  }
}

function staysWrong(what: string, hint: string): PipelineError {
  return new PipelineError('CHECKSUM_MISMATCH', `${what}, and still not as it should be`, { hint })
}
