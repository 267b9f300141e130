import { isAgentError } from '../errors.ts'
import type { Host } from '../host/host.ts'
import { failureOf, reportFailure } from '../report/failure.ts'
import { bothLoggers, createLogger, type Logger } from '../report/logger.ts'
import { resolveSettings } from '../settings/resolve.ts'
import { parseArguments } from './arguments.ts'
import { commandHelp, overview } from './help.ts'
import { commands } from './index.ts'
import { realWork, type Work } from './work.ts'

/** The world of one call of the program. */
export interface Program {
  /** Without the program's name. */
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly host: Host
  readonly version: string
  readonly pid: number
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  /** Appends to the log of all runs. */
  readonly log: (text: string) => void
  /** Whether logs go to a terminal that shows colours. */
  readonly colour: boolean
  readonly work?: Work
  readonly lockPath?: string
}

/** Runs what the command line asks for, and returns the exit status. It does not throw. */
export async function runCommand(program: Program): Promise<number> {
  const { argv, environment, host, stdout, stderr, colour, version, pid, lockPath } = program
  const startedAt = host.now()
  // Until settings are read, and where they cannot be.
  let json = argv.includes('--json') || /^(?:true|yes|on|1)$/i.test(environment['IKNITE_JSON'] ?? '')
  const log = (level: Logger['level']): Logger =>
    createLogger({ level, json, colour, startedAt, write: stderr, now: () => host.now() })
  let write = stderr
  let logger = log('info')
  try {
    const { command, asksForHelp, word, flags, switches } = parseArguments(argv, commands)
    if (command === undefined || asksForHelp) {
      stdout(command === undefined ? overview(commands) : commandHelp(command))
      return 0
    }
    const resolved = await resolveSettings({ flags, environment, files: host.files })
    json = resolved.settings.json
    logger = log(resolved.settings.verbosity)
    if (command.isLogged === true) {
      program.log(`${new Date(startedAt).toISOString()} iknite ${argv.join(' ')}\n`)
      // As people read it, whatever the form of the output.
      const form = { level: logger.level, json: false, colour: false, startedAt, now: () => host.now() }
      logger = bothLoggers(logger, createLogger({ ...form, write: program.log }))
      write = (text) => {
        program.log(text)
        stderr(text)
      }
    }
    for (const warning of resolved.warnings) logger.warn(warning)
    const result = await command.run({
      ...resolved,
      host,
      logger,
      work: program.work ?? realWork,
      version,
      pid,
      switches,
      word,
      ...(lockPath === undefined ? {} : { lockPath }),
    })
    if (host.signal.aborted) throw host.signal.reason
    stdout(json ? `${JSON.stringify(result.document, undefined, 2)}\n` : result.text)
    return result.exitStatus ?? 0
  } catch (error) {
    // What an aborted run ends with is a consequence.
    const reason: unknown = host.signal.aborted ? host.signal.reason : error
    await reportFailure(reason, { logger, json, write, files: host.files })
    if (json) stdout(`${JSON.stringify({ error: failureOf(reason) }, undefined, 2)}\n`)
    return isAgentError(reason) ? reason.exitStatus : 1
  }
}
