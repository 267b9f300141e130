import { join } from 'node:path'
import { execa } from 'execa'
import { PipelineError } from '../pipeline/src/errors.ts'

export interface Command {
  /** What runs. */
  readonly argv: readonly [string, ...string[]]
  readonly environment: Readonly<Record<string, string>>
  readonly onLine?: (line: string) => void
  readonly signal?: AbortSignal
}

/** Milliseconds in which an interrupted program removes what it made. */
const patience = 60_000

/**
 * Runs a program in the project's folder to its end; what it printed to stdout.
 * @throws PipelineError `COMMAND_FAILED`, with the end of all that it said; the signal's reason
 */
export async function runCommand({ argv, environment, onLine, signal }: Command): Promise<string> {
  signal?.throwIfAborted()
  const [program, ...words] = argv
  const child = execa(program, words, {
    cwd: join(import.meta.dirname, '..'),
    env: environment,
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
    // In a group of its own, so that Ctrl-C reaches it once: from here.
    detached: true,
    killSignal: 'SIGINT',
    forceKillAfterDelay: patience,
  })
  const stop = () => void child.kill()
  signal?.addEventListener('abort', stop)
  try {
    for await (const line of child.iterable({ from: 'all' })) onLine?.(line)
    const { exitCode, stdout, all, shortMessage } = await child
    signal?.throwIfAborted()
    if (exitCode === 0) return stdout
    throw new PipelineError('COMMAND_FAILED', `${shortMessage}\n${all.split('\n').slice(-20).join('\n')}`, {
      hint: 'This is a bug of ours, or of this machine: the demo has all that it asks for.',
    })
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}
