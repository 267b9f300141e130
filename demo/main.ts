import { isPipelineError, PipelineError } from '../pipeline/src/errors.ts'
import { helpText, parseOptions } from './options.ts'
import { tellStory } from './story.ts'

// The demo is the real chain, by the commands that people type. The doubles in it, of Kubernetes, GitHub and wsl.exe, are
// those that the tests have: this folder is the only one outside of tests that imports their support.

/** Milliseconds in which signals are one: npm hands on what the terminal has sent to all. */
const oneSignal = 1000

process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  const signal = listen()
  try {
    const options = parseOptions(argv)
    if (options === 'help') process.stdout.write(helpText)
    else await tellStory(options, signal)
    return 0
  } catch (error) {
    const reason = signal.aborted ? signal.reason : error
    if (!isPipelineError(reason)) throw reason
    process.stderr.write(`error: ${reason.message}\n${reason.hint ? `hint:  ${reason.hint}\n` : ''}`)
    return reason.exitStatus
  }
}

/** Fires at the first request to stop: what was made is then removed. The second one ends all at once. */
function listen(): AbortSignal {
  const controller = new AbortController()
  let first = Number.POSITIVE_INFINITY
  const stop = (what: string) => {
    if (performance.now() - first > oneSignal) process.exit(130)
    first = Math.min(first, performance.now())
    controller.abort(new PipelineError('INTERRUPTED', `interrupted by ${what}`))
  }
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop(name))
  // Who reads the output went away: there is nobody left to tell the rest to.
  process.stdout.once('error', () => {
    process.stdout.on('error', () => {})
    stop('the end of standard output')
  })
  return controller.signal
}
