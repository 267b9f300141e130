import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { win32 } from 'node:path'
import { createByteTail } from '@kaweezle/program-kit/byte-tail.ts'
import { splitLines } from '@kaweezle/program-kit/split-lines.ts'
import { KaweezleError } from '../../errors.ts'
import { isSystemError } from '../../files/file-error.ts'
import { interruption } from '../interruption.ts'

const kept = 4 * 1024 * 1024

export interface SpawnOptions {
  /** Milliseconds until it is killed. */
  readonly timeLimit: number
  readonly input?: Uint8Array
  readonly onLine?: ((line: string, stream: 'stdout' | 'stderr') => void) | undefined
  /** Kills it. */
  readonly signal?: AbortSignal | undefined
}

export interface WslRun {
  readonly status: number
  /** At most the last 4 MiB of each. */
  readonly stdout: Buffer
  readonly stderr: Buffer
}

/** What wsl.exe is told by its environment: UTF-8, and no warnings among its results. */
export function wslEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, WSL_UTF8: '1', WSL_DISABLE_WARNINGS: '1' }
}

/**
 * Runs wsl.exe, never through a shell, and never longer than its time limit. Ctrl-C is not for it: on Windows what has
 * a hidden window has a console of its own (libuv's CREATE_NO_WINDOW), elsewhere it is in another process group. So it
 * ends by the signal, and in no other way.
 * @throws KaweezleError `TIMED_OUT`, `PROVIDER_UNAVAILABLE`, the reason of the signal
 */
export async function spawnWsl(
  executable: string,
  args: readonly string[],
  { timeLimit, input, onLine, signal }: SpawnOptions,
): Promise<WslRun> {
  if (signal?.aborted) throw interrupted(args, signal)
  const child = spawn(executable, args, {
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    windowsHide: true,
    env: wslEnvironment(),
    // Elsewhere a process group is what can be killed as a whole.
    detached: process.platform !== 'win32',
  })
  // A program that does not read all of its input closes the pipe.
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
  const stdout = collect(child, 'stdout', onLine)
  const stderr = collect(child, 'stderr', onLine)
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    killTree(child)
  }, timeLimit)
  const interrupt = (): void => killTree(child)
  signal?.addEventListener('abort', interrupt)
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  try {
    const status = await exitOf(child)
    // What a daemon in there still holds open is not waited for.
    await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 500).unref())])
    if (signal?.aborted) throw interrupted(args, signal)
    if (isLate) throw hangs(args, timeLimit)
    return { status, stdout: stdout(), stderr: stderr() }
  } catch (error) {
    if (!isSystemError(error, 'ENOENT', 'EACCES', 'EPERM')) throw error
    throw new KaweezleError('PROVIDER_UNAVAILABLE', `${executable} cannot be run`, {
      hint: 'Install WSL with `wsl --install`, or set KAWEEZLE_WSL_EXE to the path of wsl.exe.',
      cause: error,
    })
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', interrupt)
    child.stdout?.destroy()
    child.stderr?.destroy()
  }
}

/** The error for a wsl.exe that does not end. That of all distributions is not ours to end. */
export function hangs(args: readonly string[], timeLimit: number): KaweezleError {
  const seconds = Math.ceil(timeLimit / 1000)
  return new KaweezleError('TIMED_OUT', `wsl.exe did not end in ${seconds} s: ${nameOf(args)}`, {
    hint: 'Save your work in all distributions and run `wsl --shutdown`; if that hangs too, restart the service WslService or Windows.',
  })
}

function interrupted(args: readonly string[], signal: AbortSignal): KaweezleError {
  return interruption(signal, `interrupted: ${nameOf(args)}`)
}

function nameOf(args: readonly string[]): string {
  return `wsl.exe ${args.slice(0, 4).join(' ')}`
}

/** Ends a process and those that it started. */
export function killTree(child: ChildProcess): void {
  const { pid } = child
  if (pid === undefined) return
  if (process.platform === 'win32') {
    const taskkill = win32.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'taskkill.exe')
    execFile(taskkill, ['/PID', String(pid), '/T', '/F'], { windowsHide: true }, () => child.kill('SIGKILL'))
    return
  }
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    if (!isSystemError(error, 'ESRCH')) throw error
  }
}

function collect(
  child: ChildProcess,
  name: 'stdout' | 'stderr',
  onLine: SpawnOptions['onLine'],
): () => Buffer {
  const tail = createByteTail(kept)
  const lines = onLine && splitLines((line) => onLine(line, name))
  child[name]?.on('data', (chunk: Buffer) => {
    tail.add(chunk)
    lines?.add(chunk)
  })
  return () => {
    lines?.end()
    return tail.bytes()
  }
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
