import { writeSync } from 'node:fs'
import { styleText } from 'node:util'
import { safeLines } from '@kaweezle/program-kit/safe-text.ts'
import { DefaultRenderer, ListrLogger, ProcessOutput } from 'listr2'
import { formatSeconds } from './amounts.ts'

/**
 * Options for listr2's tree. It goes to stderr, so that stdout carries only the result. The two streams must
 * differ, because listr2 takes over both while it draws.
 */
export function prettyRenderer() {
  process.once('exit', showCursor)
  return {
    renderer: Tree,
    rendererOptions: {
      timer: {
        condition: true,
        // A line is not broken within the time.
        field: (milliseconds: number) => formatSeconds(milliseconds / 1000).replaceAll(' ', '\u00a0'),
        format: () => String,
      },
      // main.ts says what went wrong, once.
      showErrorMessage: false,
      // What comes after a failure was never begun.
      color: { COMPLETED_WITH_SISTER_TASKS_FAILED: (icon = '') => styleText('dim', icon) },
      logger: new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stdout) }),
    },
  } as const
}

class Tree extends DefaultRenderer {
  // Without this listr2 writes lines to stdout whenever that is not a terminal, whatever stderr is.
  static override nonTTY = true

  /** The one way of a title, a reason or a program's output to the terminal; icons come separately. */
  protected override format(message: string, icon: string, level: number): string[] {
    return super.format(safeLines(message), icon, level)
  }
}

/** When the process ends while the tree is drawn: the streams' own methods belong to listr2 then. */
function showCursor(): void {
  if (process.stderr.isTTY) writeSync(process.stderr.fd, '\u001b[?25h')
}
