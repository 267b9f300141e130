import { didYouMean } from '@kaweezle/program-kit/did-you-mean.ts'
import { KaweezleError } from '../errors.ts'
import type { Run } from './command.ts'
import { completionData } from './completion-data.ts'
import { fishScript, powershellScript } from './completion-others.ts'
import { bashScript, zshScript } from './completion-posix.ts'
import { shells } from './shells.ts'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript, powershell: powershellScript }

/** `kaweezle completion SHELL` */
export const completion: Run = async ({ words: [shell = ''], commands }) => {
  if (!isShell(shell)) {
    throw new KaweezleError('USAGE', `completion knows no '${shell}'`, { hint: didYouMean(shell, shells) })
  }
  const script = scripts[shell](completionData(commands))
  return { text: script, document: { shell, script } }
}

function isShell(word: string): word is keyof typeof scripts {
  return Object.hasOwn(scripts, word)
}
