import { setTimeout as sleep } from 'node:timers/promises'

/** Asks until there is an answer. */
export async function eventually<T>(ask: () => T | undefined): Promise<T> {
  for (let tries = 0; tries < 500; tries++) {
    const answer = ask()
    if (answer !== undefined) return answer
    await sleep(10)
  }
  throw new Error('it did not come in five seconds')
}
