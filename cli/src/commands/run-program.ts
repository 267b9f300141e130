import { join } from 'node:path'
import { isKaweezleError } from '../errors.ts'
import { documentText } from '../output/document.ts'
import { failureOf, failureText } from '../output/failure.ts'
import { liveProgress } from '../output/live-progress.ts'
import { plainProgress } from '../output/plain-progress.ts'
import type { ProgressView } from '../output/progress.ts'
import { isCi } from '../output/terminal.ts'
import type { Folders } from '../settings/folders.ts'
import { configName, type OutputForm, outputForms, type Settings } from '../settings/table.ts'
import type { CommandContext } from './command.ts'
import { parseCommandLine } from './command-line.ts'
import { confirmation } from './confirm.ts'
import type { Console } from './console.ts'
import { commands } from './table.ts'
import type { World } from './world.ts'

/** One call of the program. */
export interface Program {
  /** Without the program's name. */
  readonly argv: readonly string[]
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly version: string
  readonly console: Console
  readonly signal: AbortSignal
  readonly now: () => number
  readonly folders: () => Folders
  readonly readFile: (path: string) => Promise<string | undefined>
  readonly openWorld: (folders: Folders) => World | Promise<World>
}

/** Runs what the command line asks for, and returns the exit status. It does not throw. */
export async function runProgram(program: Program): Promise<number> {
  const { argv, environment, console, signal } = program
  const { stdout, stderr, terminal } = console
  // Until settings are read, and where they cannot be.
  let form = formAskedFor(argv, environment)
  let isVerbose = argv.includes('--verbose') || argv.includes('-v')
  let view: ProgressView | undefined
  try {
    const line = parseCommandLine(argv, commands, terminal.columns)
    if (line.kind === 'help') {
      stdout(line.text)
      return 0
    }
    const { command, words, options, flags } = line
    // Help is to come at once, and has no settings.
    const { resolveSettings } = await import('../settings/resolve.ts')
    const folders = program.folders()
    const resolved = await resolveSettings({
      flags,
      environment,
      defaultPath: command.readsNoFile ? undefined : join(folders.config, configName),
      readFile: program.readFile,
    })
    const { settings, warnings } = resolved
    form = settings.output
    isVerbose = settings.verbose
    view = progressView(program, settings)
    for (const message of warnings) view.show({ kind: 'warning', message })
    const run = await command.load()
    const context: CommandContext = {
      ...resolved,
      world: await program.openWorld(folders),
      version: program.version,
      words,
      options,
      report: (event) => view?.show(event),
      write: stdout,
      confirm: confirmation({
        console,
        isCi: isCi(environment),
        yes: settings.yes,
        before: () => view?.end(true),
      }),
      commands,
    }
    const result = await run(context)
    if (signal.aborted) throw signal.reason
    view.end(true)
    stdout(form === 'text' ? result.text : await documentText(result.document, form))
    return result.exitStatus ?? 0
  } catch (error) {
    // What an aborted run ends with is a consequence.
    const reason: unknown = signal.aborted ? signal.reason : error
    view?.end(false)
    stderr(failureText(reason, { isVerbose, hasColour: terminal.hasColour }))
    if (form !== 'text') stdout(await documentText({ error: failureOf(reason) }, form))
    return isKaweezleError(reason) ? reason.exitStatus : 1
  }
}

function progressView({ console, now }: Program, { verbose }: Settings): ProgressView {
  const { stderr: write, terminal } = console
  if (!terminal.isLive) return plainProgress({ write, isVerbose: verbose })
  return liveProgress({ write, terminal, isVerbose: verbose, now })
}

/** What `-o` seems to say, for a command line that cannot be understood. */
function formAskedFor(argv: readonly string[], environment: Program['environment']): OutputForm {
  const end = argv.indexOf('--')
  const own = end === -1 ? argv : argv.slice(0, end)
  const words = own.flatMap((word, index) => {
    if (word === '-o' || word === '--output') return [own[index + 1] ?? '']
    const joined = /^(?:-o=?|--output=)(.+)$/.exec(word)
    return joined?.[1] === undefined ? [] : [joined[1]]
  })
  const word = words.at(-1) ?? environment['KAWEEZLE_OUTPUT']
  return outputForms.find((known) => known === word) ?? 'text'
}
