import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { createOutputTail } from '@kaweezle/program-kit/output-tail.ts'
import { AgentError } from '../errors.ts'
import { systemCode } from './file-error.ts'
import type { RunOptions, RunResult } from './host.ts'
import { interruption } from './interruption.ts'

const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** Milliseconds that a program has between SIGTERM and SIGKILL. */
const grace = 2000

/** {@link Host.run} on this machine; `signal` ends it. */
export async function runProgram(
  argv: readonly [string, ...string[]],
  options: RunOptions,
  signal: AbortSignal,
): Promise<RunResult> {
  if (signal.aborted) throw interruption(signal)
  const [program, ...rest] = argv
  const child = spawn(program, rest, {
    // In a group of its own, so that what it starts ends with it, and a terminal's ^C reaches only the agent.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: searchPath, HOME: '/root', ...options.environment },
    cwd: '/',
  })
  const stdout = tailOf(child.stdout, options.onLine)
  const stderr = tailOf(child.stderr, options.onLine)
  // A program that does not read its input to the end is no error.
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  const ending = await endOf(child, options.timeLimit, signal)
  if (ending.kind === 'not-started') throw notStarted(program, ending.error)
  if (ending.kind === 'interrupted') throw interruption(signal)
  if (ending.kind === 'late') {
    throw new AgentError(
      'COMMAND_FAILED',
      `${argv.join(' ')} did not end within ${options.timeLimit / 1000} s`,
      {
        hint: 'Look at its log, and at what it waits for.',
        details: [...lastLines(stdout()), ...lastLines(stderr())],
      },
    )
  }
  return { status: ending.status, stdout: stdout(), stderr: stderr() }
}

/** The end of what has come, whenever it is asked for. */
function tailOf(stream: Readable, onLine?: (line: string) => void): () => string {
  const tail = createOutputTail(onLine)
  stream.on('data', tail.write)
  stream.once('end', tail.end)
  return tail.end
}

type Ending =
  | { readonly kind: 'ended'; readonly status: number }
  | { readonly kind: 'late' }
  | { readonly kind: 'interrupted' }
  | { readonly kind: 'not-started'; readonly error: Error }

function endOf(child: ChildProcess, timeLimit: number, signal: AbortSignal): Promise<Ending> {
  return new Promise((resolve) => {
    let reason: 'late' | 'interrupted' | undefined
    let killing: NodeJS.Timeout | undefined
    let draining: NodeJS.Timeout | undefined
    const end = (why: 'late' | 'interrupted') => {
      if (reason !== undefined) return
      reason = why
      killGroup(child, 'SIGTERM')
      killing = setTimeout(() => killGroup(child, 'SIGKILL'), grace)
    }
    const onAbort = () => end('interrupted')
    const timer = setTimeout(() => end('late'), timeLimit)
    signal.addEventListener('abort', onAbort, { once: true })
    const settle = (ending: Ending) => {
      clearTimeout(timer)
      clearTimeout(killing)
      clearTimeout(draining)
      signal.removeEventListener('abort', onAbort)
      // What ignored SIGTERM in the group of a program that did not.
      if (reason !== undefined) killGroup(child, 'SIGKILL')
      child.stdout?.destroy()
      child.stderr?.destroy()
      resolve(reason === undefined ? ending : { kind: reason })
    }
    child.once('error', (error) => settle({ kind: 'not-started', error }))
    child.once('exit', (code, by) => {
      const status = code ?? (by === null ? 1 : 128 + (signalNumbers[by] ?? 0))
      // A service that it started may keep its output open for ever: what was written until now is enough.
      draining = setTimeout(() => settle({ kind: 'ended', status }), 200)
      child.once('close', () => settle({ kind: 'ended', status }))
    })
  })
}

const signalNumbers: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
}

function killGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, name)
  } catch (error) {
    // The whole group has ended.
    if (systemCode(error) !== 'ESRCH') throw error
  }
}

function notStarted(program: string, cause: Error): AgentError {
  const code = systemCode(cause)
  const reason = code === 'ENOENT' ? 'it is not installed' : (code ?? cause.message)
  return new AgentError('COMMAND_FAILED', `cannot run ${program}: ${reason}`, {
    hint:
      code === 'ENOENT'
        ? 'Install the package that has it.'
        : 'Look at its file, and at what memory is left.',
    cause,
  })
}

function lastLines(text: string): string[] {
  return text.trimEnd().split('\n').slice(-5).filter(Boolean)
}
