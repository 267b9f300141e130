import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import type { Console } from '../commands/console.ts'
import { runProgram } from '../commands/run-program.ts'
import { KaweezleError } from '../errors.ts'
import { isSystemError, orFileError } from '../files/file-error.ts'
import { terminalOf } from '../output/terminal.ts'
import { foldersOf } from '../settings/folders.ts'

/** Runs the program on this machine, and returns the exit status. */
export async function runLocally(argv: readonly string[], version: string): Promise<number> {
  const { env: environment, platform } = process
  hushExperiments()
  const signal = listen()
  return runProgram({
    argv,
    environment,
    version,
    signal,
    console: localConsole(signal),
    now: Date.now,
    folders: () => foldersOf({ environment, platform, home: homedir() }),
    readFile: readIfThere,
    async openWorld(folders) {
      // Help needs none of it.
      const { localWorld } = await import('./local-world.ts')
      return localWorld({ folders, environment, platform, signal })
    },
  })
}

/** Node says of its SQLite that it is an experiment, to people who can do nothing about that. All else is still told. */
function hushExperiments(): void {
  const printers = process.listeners('warning')
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') for (const print of printers) print(warning)
  })
}

function localConsole(signal: AbortSignal): Console {
  const { stdin, stdout, stderr, env: environment, platform } = process
  const terminal = terminalOf({
    environment,
    platform,
    isTerminal: stderr.isTTY === true,
    columns: stderr.columns,
  })
  return {
    stdout: (text) => void stdout.write(text),
    stderr: (text) => void stderr.write(text),
    terminal,
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    ask: (question) => ask(question, signal),
  }
}

/** A line of standard input; an empty one where it ends. */
async function ask(question: string, signal: AbortSignal): Promise<string> {
  const { createInterface } = await import('node:readline/promises')
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  // Without a listener of its own, Ctrl-C would only close the question. (process.kill is no signal on Windows.)
  lines.on('SIGINT', () => process.emit('SIGINT'))
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('\n')))
  try {
    const answer = await Promise.race([lines.question(question, { signal }), closed])
    // What is said next begins on a line of its own.
    if (answer === '\n') process.stderr.write(answer)
    return answer
  } finally {
    lines.close()
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  return orFileError(path, async () => {
    try {
      return await readFile(path, 'utf8')
    } catch (error) {
      if (isSystemError(error, 'ENOENT', 'ENOTDIR')) return undefined
      throw error
    }
  })
}

/** A signal that fires when the run is to stop. */
function listen(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      // The second signal is for the impatient: the next command puts in order what is half done.
      if (controller.signal.aborted) process.exit(130)
      controller.abort(
        new KaweezleError('INTERRUPTED', `interrupted by ${name}`, {
          hint: 'Run the command again: it goes on from what is there.',
        }),
      )
    })
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      // Who reads has seen enough; the work goes on.
      if (error.code !== 'EPIPE') process.exitCode = 1
    })
  }
  return controller.signal
}
