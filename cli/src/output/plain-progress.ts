import { safeText } from '@kaweezle/program-kit/safe-text.ts'
import { type ProgressView, tell } from './progress.ts'

export interface PlainOptions {
  readonly write: (text: string) => void
  /** Whether the log of the cluster is shown too. */
  readonly isVerbose: boolean
}

/** One line an event, and of a download one for every tenth of it: for files, pipes and CI. */
export function plainProgress({ write, isVerbose }: PlainOptions): ProgressView {
  let tenths = 0
  return {
    show(event) {
      const told = tell(event)
      const text = safeText(told.text)
      switch (told.kind) {
        case 'step':
          tenths = 0
          return write(`${text}\n`)
        case 'progress': {
          const now = Math.floor(told.share * 10)
          if (now <= tenths) return
          tenths = now
          return write(`  ${text}\n`)
        }
        case 'warning':
          return write(`warning: ${text}\n`)
        case 'note':
          return write(`  ${text}\n`)
        case 'log':
          return isVerbose ? write(`  ${text}\n`) : undefined
      }
    },
    end() {},
  }
}
