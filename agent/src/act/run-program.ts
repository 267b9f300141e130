import { AgentError, isAgentError } from '../errors.ts'
import type { RunResult } from '../host/host.ts'
import { type ActContext, timedOut, timeLimit } from './context.ts'
import { failureLines, saysDiskFull } from './failure-lines.ts'

export interface ProgramOptions {
  /** Milliseconds; what is left of the run may be less. Default: 60 s. */
  readonly limit?: number
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Where a person should look when it fails. */
  readonly hint?: string
  /** Lines that people should see as they come; the others are for debugging. */
  readonly shows?: (line: string) => boolean
  /** For what is asked again and again: its run is for debugging too. */
  readonly isPoll?: boolean
  /** For output that is not a log: it is not shown. */
  readonly isQuiet?: boolean
}

/** Milliseconds that a program may take of which nothing else is said. */
const ownLimit = 60_000

/** The status of what SIGKILL ended: somebody's, or the kernel's when memory is short. */
const killed = 128 + 9

/**
 * Runs a program that has to succeed, and logs that.
 * @throws AgentError `COMMAND_FAILED` with its most telling lines; `DISK_FULL` when they say so; `TIMED_OUT` when the
 *   run's deadline ended it
 */
export async function runProgram(
  context: ActContext,
  argv: readonly [string, ...string[]],
  options: ProgramOptions = {},
): Promise<RunResult> {
  const result = await tryProgram(context, argv, options)
  if (result.status !== 0) throw programFailure(argv, result, options.hint)
  return result
}

/** The same for a program that may fail: its status is for the caller to judge. */
export async function tryProgram(
  context: ActContext,
  argv: readonly [string, ...string[]],
  { limit = ownLimit, input, environment, hint, shows, isPoll = false, isQuiet = false }: ProgramOptions = {},
): Promise<RunResult> {
  const { host, logger, deadline } = context
  const name = shortName(argv)
  const granted = timeLimit(context, limit, name)
  logger[isPoll ? 'trace' : 'info'](`Running ${argv.join(' ')}`)
  try {
    return await host.run(argv, {
      timeLimit: granted,
      ...(input !== undefined && { input }),
      ...(environment !== undefined && { environment }),
      onLine: (line) => {
        if (isQuiet || line.trim() === '') return
        logger[isPoll ? 'trace' : shows?.(line) ? 'info' : 'debug'](line.trimEnd())
      },
    })
  } catch (error) {
    if (!isAgentError(error, 'COMMAND_FAILED')) throw error
    // The port has one code for whatever kept a program from its end; a cut limit is what the run's deadline looks like.
    if (granted < limit && host.now() >= deadline) {
      throw timedOut(name, 'it had not ended when the time of the run was over', error.details)
    }
    if (hint === undefined) throw error
    throw new AgentError('COMMAND_FAILED', error.message, { hint, details: error.details, cause: error })
  }
}

/** The error of a program that ended with a status other than 0. */
export function programFailure(
  argv: readonly [string, ...string[]],
  { status, stdout, stderr }: RunResult,
  hint = 'Run it by hand to see more, or this again with -v debug.',
): AgentError {
  const output = `${stdout}\n${stderr}`
  const name = shortName(argv)
  const details = failureLines(output)
  if (saysDiskFull(output)) {
    return new AgentError('DISK_FULL', `${name} failed: no space is left on the disk`, {
      hint: 'Free some space and run this again: it goes on from here.',
      details,
    })
  }
  const ending = status === killed ? 'was killed (SIGKILL)' : `failed with status ${status}`
  return new AgentError('COMMAND_FAILED', `${name} ${ending}`, { hint, details })
}

/** What a program is called in messages: it and its first words, without options. */
function shortName([program, ...rest]: readonly [string, ...string[]]): string {
  const first = rest.findIndex((word) => word.startsWith('-'))
  const words = rest.slice(0, first === -1 ? 4 : Math.min(first, 4))
  return [program.split('/').at(-1), ...words].join(' ')
}
