import { type DefaultRenderer, Listr, type ListrTask } from 'listr2'
import type { Display } from '../render/display.ts'
import { prettyRenderer } from '../render/pretty.ts'
import type { Run } from '../steps/run.ts'

/** Runs steps one after the other and shows their progress as asked. Rejects with the first failure. */
export async function runSteps<Value extends Run>(
  run: Value,
  steps: readonly ListrTask<Value>[],
  display: Display,
): Promise<void> {
  run.listen(display.emit)
  const shown = display.renderer === 'pretty' ? prettyRenderer() : ({ renderer: 'silent' } as const)
  const tasks = new Listr<Value, typeof DefaultRenderer | 'silent'>([...steps], {
    ...shown,
    ctx: run,
    // main.ts listens: one place decides what a signal does.
    registerSignalListeners: false,
  })
  await tasks.run()
}
