import { AgentError } from '../errors.ts'

/** An address may change, or a process end, while its actions are done: that often the same plan may come again. */
const mostRepetitions = 3

interface Step {
  readonly kind: string
}

/**
 * Asks what to do, does it, and asks again, until nothing is left to do. Returns how many actions were done.
 * @throws AgentError `NOT_CONVERGING` when the same actions are asked for again and again.
 */
export async function repeatUntilDone<Action extends Step>(
  plan: () => Promise<readonly Action[]>,
  perform: (action: Action) => Promise<void>,
): Promise<number> {
  const rounds = new Map<string, number>()
  let done = 0
  for (;;) {
    const actions = await plan()
    if (actions.length === 0) return done
    const round = JSON.stringify(actions)
    const repetitions = (rounds.get(round) ?? 0) + 1
    if (repetitions > mostRepetitions) throw notConverging(actions)
    rounds.set(round, repetitions)
    for (const action of actions) {
      await perform(action)
      done += 1
    }
  }
}

function notConverging(actions: readonly Step[]): AgentError {
  const kinds = actions.map(({ kind }) => kind).join(', ')
  return new AgentError('NOT_CONVERGING', `what was done has no effect: ${kinds}`, {
    hint: 'Run it again with `-v debug`: the log then has what each program printed.',
    details: actions.map((action) => JSON.stringify(action).slice(0, 300)),
  })
}
