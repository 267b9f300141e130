import type { ListrTask } from 'listr2'
import { isPipelineError } from '../errors.ts'
import type { Progress } from '../progress.ts'
import { formatBytes } from '../render/amounts.ts'
import type { Run } from './run.ts'

/** What a step tells when it ends: what it did, or why nothing had to be done. */
export type Outcome = { readonly done: string } | { readonly skipped: string }

export interface StepDefinition<Value extends Run> {
  readonly name: string
  /** What the step does, as shown while it runs. */
  readonly title: string
  run(value: Value, progress: Required<Progress>): Promise<Outcome>
}

/** A step as a listr2 task, which also emits its events to the run's sink. */
export function step<Value extends Run>(definition: StepDefinition<Value>): ListrTask<Value> {
  const { name, title } = definition
  return {
    title,
    async task(value, task) {
      const emit = value.emit
      const started = performance.now()
      emit({ time: Date.now(), step: name, event: 'start', title })
      const progress = {
        line(message: string) {
          task.output = message
          emit({ time: Date.now(), step: name, event: 'progress', message })
        },
        bytes: throttled((done: number, total?: number) => {
          const message =
            total === undefined ? formatBytes(done) : `${formatBytes(done)} of ${formatBytes(total)}`
          const seconds = (performance.now() - started) / 1000
          task.output = `${message}, ${formatBytes(done / seconds)}/s`
          const event = { time: Date.now(), step: name, event: 'progress', message, bytes: done } as const
          emit(total === undefined ? event : { ...event, total })
        }),
      }
      try {
        value.signal.throwIfAborted()
        const outcome = await definition.run(value, progress)
        if ('skipped' in outcome) {
          emit({ time: Date.now(), step: name, event: 'skipped', message: outcome.skipped })
          task.skip(`${title}: ${outcome.skipped}`)
        } else {
          const seconds = (performance.now() - started) / 1000
          emit({ time: Date.now(), step: name, event: 'done', message: outcome.done, seconds })
          task.title = `${title}: ${outcome.done}`
        }
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error)
        const known = isPipelineError(error)
          ? { code: error.code, ...(error.hint && { hint: error.hint }) }
          : {}
        emit({ time: Date.now(), step: name, event: 'failed', message, ...known })
        throw error
      }
    },
  }
}

const progressInterval = 100

function throttled(report: (done: number, total?: number) => void): (done: number, total?: number) => void {
  let last = 0
  return (done, total) => {
    const now = performance.now()
    if (now - last < progressInterval && done !== total) return
    last = now
    report(done, total)
  }
}
