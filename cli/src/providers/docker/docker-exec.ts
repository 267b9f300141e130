import { randomUUID } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { finished } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { createOutputTail } from '@kaweezle/program-kit/output-tail.ts'
import type { Container, Exec } from 'dockerode'
import { KaweezleError } from '../../errors.ts'
import { interruption } from '../interruption.ts'
import type { ExecOptions, ExecResult } from '../provider.ts'
import { demultiplex } from './demultiplex.ts'
import { answerStatus } from './docker-failure.ts'
import { askDocker } from './docker-request.ts'
import { killScript, runVariable } from './kill-script.ts'

export type Argv = readonly [string, ...string[]]

/** As a shell has it, for a program that cannot be started. */
const cannotStart = 127

/**
 * Runs a program in a running container, as root and without a shell.
 * @throws KaweezleError `TIMED_OUT` when its time is up, `INTERRUPTED`: it was killed then, with what it started but
 *   for daemons.
 */
export async function dockerExec(
  container: Container,
  argv: Argv,
  { timeLimit, input, environment, onLine }: ExecOptions,
  signal?: AbortSignal,
): Promise<ExecResult> {
  const limit = AbortSignal.timeout(timeLimit)
  const abortSignal = signal ? AbortSignal.any([signal, limit]) : limit
  const stdout = createOutputTail(onLine && ((line) => onLine(line, 'stdout')))
  const stderr = createOutputTail(onLine && ((line) => onLine(line, 'stderr')))
  const run = await createRun(container, argv, { ...environment }, { hasInput: input !== undefined })
  try {
    const stream = await startRun(run, { hasInput: input !== undefined, abortSignal })
    if (stream === undefined)
      return { status: cannotStart, stdout: '', stderr: `${argv[0]} cannot be started\n` }
    try {
      const take = demultiplex((piece, name) => (name === 'stdout' ? stdout : stderr).write(piece))
      stream.on('data', take)
      if (input) stream.end(input)
      await finished(stream, { writable: false, signal: abortSignal })
    } finally {
      stream.destroy()
    }
    return { status: await exitStatus(run.exec, abortSignal), stdout: stdout.end(), stderr: stderr.end() }
  } catch (error) {
    if (!abortSignal.aborted) throw error
    if (signal?.aborted) throw await interruptedRun(container, run, { argv, signal })
    await killRun(container, run)
    throw new KaweezleError(
      'TIMED_OUT',
      `\`${argv.join(' ')}\` took more than ${timeLimit / 1000} s and was killed`,
      {
        hint: 'Give it more time, or look at its log.',
        details: lastLines(stderr.end() || stdout.end()),
        cause: error,
      },
    )
  }
}

export interface Run {
  readonly exec: Exec
  /** What its environment has, and nothing else's. */
  readonly mark: string
}

export async function createRun(
  container: Container,
  argv: Argv,
  environment: Readonly<Record<string, string>>,
  { hasInput, hasTerminal = false }: { hasInput: boolean; hasTerminal?: boolean },
): Promise<Run> {
  const mark = `${runVariable}=${randomUUID()}`
  const settings = Object.entries(environment).map(([name, value]) => `${name}=${value}`)
  const exec = await askDocker(`run ${argv[0]}`, {}, () =>
    container.exec({
      Cmd: [...argv],
      User: '0:0',
      WorkingDir: '/',
      Env: [...settings, mark],
      Tty: hasTerminal,
      AttachStdin: hasInput,
      AttachStdout: true,
      AttachStderr: true,
    }),
  )
  return { exec, mark }
}

/** The stream of its input and output; undefined when there is no such program, or it does not run here. */
export async function startRun(
  { exec }: Run,
  {
    hasInput,
    hasTerminal = false,
    abortSignal,
  }: { hasInput: boolean; hasTerminal?: boolean; abortSignal?: AbortSignal },
): Promise<Duplex | undefined> {
  try {
    return await exec.start({
      hijack: true,
      stdin: hasInput,
      Tty: hasTerminal,
      ...(abortSignal && { abortSignal }),
    })
  } catch (error) {
    if (answerStatus(error) === 400) return undefined
    throw error
  }
}

/** The output ends a moment before the daemon has taken note of the status. */
export async function exitStatus(exec: Exec, abortSignal?: AbortSignal): Promise<number> {
  for (;;) {
    const { Running, ExitCode } = await exec.inspect()
    if (!Running && ExitCode !== null) return ExitCode
    await sleep(10, undefined, { ...(abortSignal && { signal: abortSignal }) })
  }
}

/** The API of Docker cannot kill what it runs: another run does it from inside. */
export async function killRun(container: Container, { mark }: Run): Promise<void> {
  const killer = await createRun(
    container,
    ['/bin/sh', '-c', killScript, 'sh', mark],
    {},
    { hasInput: false },
  )
  await askDocker('kill a program', {}, async () => {
    const stream = await startRun(killer, { hasInput: false })
    stream?.resume()
    if (stream) await finished(stream, { writable: false })
  })
}

/** Kills a run whose signal has fired, and returns what to throw: the reason, even where the kill fails. */
export async function interruptedRun(
  container: Container,
  run: Run,
  { argv, signal }: { readonly argv: Argv; readonly signal: AbortSignal },
): Promise<KaweezleError> {
  await killRun(container, run).catch(() => {
    // Docker may be what hangs.
  })
  return interruption(signal, `${argv[0]} was interrupted and killed`)
}

function lastLines(output: string): string[] {
  return output.trimEnd().split('\n').slice(-20)
}
