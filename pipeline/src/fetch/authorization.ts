/**
 * Gives the Authorization header that answers what stands in WWW-Authenticate; nothing where there is none.
 * @throws Transient, or PipelineError where trying again is of no use
 */
export type Authorize = (challenges: string, signal: AbortSignal) => Promise<string | undefined>

/** The Authorization header that all requests of a source share. */
export interface Authorization {
  current(): string | undefined
  /**
   * Another value than `refused`: what was asked for meanwhile, or else what `authorize` gives now.
   * @throws what `authorize` throws, and the signal's reason
   */
  renew(refused: string | undefined, challenges: string, signal: AbortSignal): Promise<string | undefined>
}

/** Keeps the header of a source. Requests that are refused together ask for one new value, one after another. */
export function keepAuthorization(initial: string | undefined, authorize: Authorize): Authorization {
  let current = initial
  let last: Promise<unknown> = Promise.resolve()

  async function ask(
    refused: string | undefined,
    challenges: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    signal.throwIfAborted()
    if (current === refused) current = await authorize(challenges, signal)
    return current
  }

  return {
    current: () => current,
    renew(refused, challenges, signal) {
      const asking = last.then(() => ask(refused, challenges, signal))
      last = asking.catch(() => {})
      return asking
    },
  }
}
