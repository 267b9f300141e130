import { safeText } from '@kaweezle/program-kit/safe-text.ts'
import { paint } from './paint.ts'
import { type ProgressView, tell } from './progress.ts'
import type { Terminal } from './terminal.ts'
import { durationText } from './units.ts'

export interface LiveOptions {
  readonly write: (text: string) => void
  readonly terminal: Terminal
  readonly isVerbose: boolean
  /** Milliseconds. */
  readonly now: () => number
}

const unicode = { frames: '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏', done: '✔', failed: '✖', more: '…' }
const ascii = { frames: '|/-\\', done: '+', failed: 'x', more: '...' }

/** Milliseconds between two pictures of the spinner. */
const interval = 100
/** Seconds from which on it is said how long a step took. */
const long = 3

interface Step {
  readonly title: string
  readonly since: number
  /** How far it is, or the last line of the cluster's log. */
  detail: string
}

/** Steps on a terminal: those that ended stay, and that which goes on turns, in a line that is written over. */
export function liveProgress({ write, terminal, isVerbose, now }: LiveOptions): ProgressView {
  const signs = terminal.hasUnicode ? unicode : ascii
  const colour = paint(terminal.hasColour)
  let step: Step | undefined
  let frame = 0
  let timer: NodeJS.Timeout | undefined

  function draw(): void {
    if (step === undefined) return
    const detail = step.detail === '' ? '' : `  ${step.detail}`
    // One column less: some terminals break the line at the last one.
    const line = cut(`${step.title}${detail}`, terminal.columns - 3, signs.more)
    const title = line.slice(0, step.title.length)
    write(
      `\r\x1b[2K${colour.cyan(signs.frames[frame % signs.frames.length] ?? '')} ${title}${colour.dim(line.slice(title.length))}`,
    )
  }

  /** Writes whole lines above the one that turns. */
  function above(text: string): void {
    write(`${step === undefined ? '' : '\r\x1b[2K'}${text}\n`)
    draw()
  }

  function finish(isDone: boolean): void {
    if (step === undefined) return
    const seconds = (now() - step.since) / 1000
    const time = seconds < long ? '' : colour.dim(` (${durationText(seconds)})`)
    const sign = isDone ? colour.green(signs.done) : colour.red(signs.failed)
    write(`\r\x1b[2K${sign} ${step.title}${time}\n`)
    step = undefined
  }

  return {
    show(event) {
      const told = tell(event)
      const text = safeText(told.text)
      switch (told.kind) {
        case 'step':
          finish(true)
          step = { title: text, since: now(), detail: '' }
          timer ??= setInterval(() => {
            frame += 1
            draw()
          }, interval).unref()
          return draw()
        case 'warning':
          return above(`${colour.yellow('warning:')} ${text}`)
        case 'note':
          return above(`  ${text}`)
        case 'log':
          if (isVerbose) return above(colour.dim(`  ${text}`))
      }
      if (step !== undefined) step.detail = text
      return draw()
    },
    end(isDone) {
      clearInterval(timer)
      timer = undefined
      finish(isDone)
    },
  }
}

function cut(text: string, width: number, more: string): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - more.length))}${more}`
}
