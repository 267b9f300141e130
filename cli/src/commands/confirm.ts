import { KaweezleError } from '../errors.ts'
import type { CommandContext } from './command.ts'
import type { Console } from './console.ts'

export interface ConfirmationOptions {
  readonly console: Console
  readonly isCi: boolean
  /** Whether `--yes` was given. */
  readonly yes: boolean
  /** Called before the question, so that nothing is written over it. */
  readonly before: () => void
}

/** How a person is asked for a yes. Anything else is a no. */
export function confirmation({ console, isCi, yes, before }: ConfirmationOptions): CommandContext['confirm'] {
  return async (question) => {
    if (yes) return
    if (!console.canAsk || isCi) {
      throw new KaweezleError('DECLINED', `${question} There is nobody to ask`, {
        hint: 'Add --yes if that is what you want.',
      })
    }
    before()
    const answer = await console.ask(`${question} [y/N] `)
    if (/^\s*y(?:es)?\s*$/i.test(answer)) return
    throw new KaweezleError('DECLINED', 'the question was answered with no: nothing was done')
  }
}
