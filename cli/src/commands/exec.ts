import { KaweezleError } from '../errors.ts'
import type { Run } from './command.ts'
import { openRunning } from './running-cluster.ts'

/** A day: whoever wants a program's output in a document waits for its end. */
const timeLimit = 86_400_000

/** `kaweezle exec [--] COMMAND` */
export const exec: Run = async (command) => {
  const { words, settings } = command
  const [program, ...rest] = words
  if (program === undefined) {
    throw new KaweezleError('USAGE', 'exec needs a command', { hint: 'Write kaweezle exec -- COMMAND.' })
  }
  const { provider, state } = await openRunning(command)
  if (settings.output === 'text') {
    const exitStatus = await provider.attach(state.name, [program, ...rest])
    return { text: '', document: undefined, exitStatus }
  }
  const result = await provider.exec(state.name, [program, ...rest], { timeLimit })
  return { text: '', document: { name: state.name, ...result }, exitStatus: result.status }
}
