import { safeLines } from '@kaweezle/program-kit/safe-text.ts'
import { isPipelineError } from '../errors.ts'
import type { EventSink } from './event.ts'
import { jsonRenderer } from './json.ts'
import type { RendererName } from './mode.ts'
import { plainRenderer } from './plain.ts'

export interface DisplayOptions {
  readonly renderer: Exclude<RendererName, 'auto'>
  readonly verbose: boolean
}

/** Writes to the two streams of a process. */
export interface Outputs {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
}

/** What people and programs get to see of a command. */
export interface Display extends DisplayOptions {
  /** Shows what a run tells; the tree of `pretty` is listr2's own. */
  readonly emit: EventSink
  /** Prints what the command was called for, as it is. */
  readonly result: (text: string) => void
  /** Says what went wrong; `step` is where, if no step has told so. */
  readonly failure: (step: string, error: unknown) => void
}

/** Results and JSON go to stdout, everything for people to stderr. */
export function openDisplay(options: DisplayOptions, { stdout, stderr }: Outputs): Display {
  const { renderer, verbose } = options
  const sink = sinkOf(options, { stdout, stderr })
  let told = false
  const emit: EventSink = (event) => {
    told ||= event.event === 'failed'
    sink(event)
  }
  return {
    ...options,
    emit,
    result: stdout,
    failure(step, error) {
      if (renderer === 'json' && !told) emit({ time: Date.now(), step, event: 'failed', ...describe(error) })
      stderr(safeLines(explain(error, verbose)))
    },
  }
}

function sinkOf({ renderer, verbose }: DisplayOptions, { stdout, stderr }: Outputs): EventSink {
  if (renderer === 'json') return jsonRenderer(stdout)
  if (renderer === 'plain') return plainRenderer(stderr, { verbose })
  return () => {}
}

function describe(error: unknown) {
  const message = messageOf(error)
  if (!isPipelineError(error)) return { message }
  return { message, code: error.code, ...(error.hint !== undefined && { hint: error.hint }) }
}

function explain(error: unknown, verbose: boolean): string {
  const known = isPipelineError(error)
  const hint = known ? error.hint : 'Run it again with --verbose, and report what it prints.'
  const lines = [
    `error: ${known ? '' : 'a bug of ours: '}${messageOf(error)}`,
    ...(hint === undefined ? [] : [`hint:  ${hint}`]),
    ...(verbose && error instanceof Error ? [fullStack(error)] : []),
  ]
  return `${lines.join('\n')}\n`
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function fullStack(error: Error): string {
  const stack = error.stack ?? error.message
  return error.cause instanceof Error ? `${stack}\ncaused by: ${fullStack(error.cause)}` : stack
}
