import { spawn } from 'node:child_process'
import { KaweezleError } from '../../errors.ts'
import { interruption } from '../interruption.ts'
import { decodeOutput, errorCodeIn } from './decode-output.ts'
import { type SpawnOptions, spawnWsl, type WslRun, wslEnvironment } from './spawn-wsl.ts'
import { wslError } from './wsl-error.ts'

/** Milliseconds that a call may take. */
export interface TimeLimits {
  /** Of one that only asks. */
  readonly ask: number
  /** Of one that ends or removes a distribution, or starts one. */
  readonly change: number
  readonly import: number
}

export const usualTimeLimits: TimeLimits = { ask: 30_000, change: 120_000, import: 1_200_000 }

/** The verbs of wsl.exe that are used, and nothing of what it says in words. */
export interface WslClient {
  /** All distributions that are there as a whole, the default one first. */
  list(): Promise<string[]>
  /** And those that come or go just now. */
  listAll(): Promise<string[]>
  listRunning(): Promise<string[]>
  import(name: string, folder: string, tarball: string): Promise<void>
  /** Success too where there is none. */
  unregister(name: string): Promise<void>
  terminate(name: string): Promise<void>
  setDefault(name: string): Promise<void>
  /** Runs a program as root, in `/`, without a shell. A distribution that does not run is started for it. */
  run(name: string, argv: readonly string[], options: SpawnOptions): Promise<WslRun>
  /** The same with this process's own streams; the status. */
  attach(name: string, argv: readonly string[]): Promise<number>
  /** The same with no streams, for longer than this process lives; the pid of its wsl.exe. */
  hold(name: string, argv: readonly string[]): number | undefined
  /** The status of `--status`, with what it wrote. */
  status(): Promise<WslRun>
  /** Undefined for the WSL that came with Windows. */
  version(): Promise<string | undefined>
}

/** Calls a wsl.exe. Those that are waited for end with the signal, and throw its reason. */
export function wslClient(
  executable: string,
  limits: TimeLimits = usualTimeLimits,
  signal?: AbortSignal,
): WslClient {
  const call = (args: readonly string[], timeLimit: number) =>
    spawnWsl(executable, args, { timeLimit, signal })

  async function names(...switches: string[]): Promise<string[]> {
    const run = await call(['-l', '-q', ...switches], limits.ask)
    if (run.status === 0) return parseNames(run)
    // With no distributions at all it ends with 0: only what is no WSL fails, and knows no path of errors.
    if (errorCodeIn(run.stdout, run.stderr) === undefined) throw noList(decodeOutput(run.stdout).split('\n'))
    throw wslError('list its distributions', run)
  }

  async function change(action: string, args: readonly string[], timeLimit: number): Promise<void> {
    const run = await call(args, timeLimit)
    if (run.status !== 0) throw wslError(action, run)
  }

  async function end(action: string, args: readonly string[]): Promise<void> {
    const run = await call(args, limits.change)
    if (run.status === 0 || errorCodeIn(run.stdout, run.stderr) === 'WSL_E_DISTRO_NOT_FOUND') return
    throw wslError(action, run)
  }

  return {
    list: () => names(),
    listAll: () => names('--all'),
    listRunning: () => names('--running'),
    import: (name, folder, tarball) =>
      change(`import ${name}`, ['--import', name, folder, tarball, '--version', '2'], limits.import),
    unregister: (name) => end(`remove ${name}`, ['--unregister', name]),
    terminate: (name) => end(`end ${name}`, ['--terminate', name]),
    setDefault: (name) => change(`make ${name} the default`, ['--set-default', name], limits.ask),
    async run(name, argv, options) {
      const run = await spawnWsl(executable, runArguments(name, argv), { signal, ...options })
      if (isLauncherFailure(run)) throw wslError(`run ${argv[0]} in ${name}`, run)
      return run
    },
    async attach(name, argv) {
      // It has our console, and with it Ctrl-C: on a terminal it reads that as a key, which the program inside gets.
      const child = spawn(executable, runArguments(name, argv), { stdio: 'inherit', env: wslEnvironment() })
      const interrupt = (): void => void child.kill('SIGKILL')
      signal?.addEventListener('abort', interrupt)
      const status = await new Promise<number>((resolve, reject) => {
        child.once('error', reject)
        child.once('exit', (code) => resolve(code ?? 1))
      }).finally(() => signal?.removeEventListener('abort', interrupt))
      if (signal?.aborted) throw interruption(signal, `${argv[0]} was interrupted`)
      // What it says stands on the terminal already.
      const nothing = Buffer.alloc(0)
      if (status === launcherFailure)
        throw wslError(`run ${argv[0]} in ${name}`, { status, stdout: nothing, stderr: nothing })
      return status
    },
    hold(name, argv) {
      const child = spawn(executable, runArguments(name, argv), {
        stdio: 'ignore',
        detached: true,
        windowsHide: true,
        env: wslEnvironment(),
      })
      // Whoever needs it sees that the distribution does not run.
      child.once('error', () => {})
      child.unref()
      return child.pid
    },
    status: () => call(['--status'], limits.ask),
    async version() {
      const run = await call(['--version'], limits.ask)
      return run.status === 0 ? /\d+(?:\.\d+){2,3}/.exec(decodeOutput(run.stdout))?.[0] : undefined
    },
  }
}

/** One name a line. What Windows has in place of a WSL that is not installed prints sentences, and may end with 0. */
export function parseNames(run: WslRun): string[] {
  const lines = decodeOutput(run.stdout)
    .split('\n')
    .map((line) => line.trim())
  const names = lines.filter((line) => line !== '')
  if (names.every((name) => /^[a-zA-Z0-9._-]{1,256}$/.test(name))) return names
  throw noList(names)
}

function noList(said: readonly string[]): KaweezleError {
  return new KaweezleError(
    'PROVIDER_UNAVAILABLE',
    'WSL is not installed: wsl.exe does not list distributions',
    {
      hint: 'Run `wsl --install --no-distribution` as administrator and restart Windows.',
      details: said.map((line) => line.replace(/\p{Cc}/gu, '')).slice(0, 10),
    },
  )
}

/** -1, of which Windows shows 32 bits. */
const launcherFailure = 4_294_967_295

/**
 * Whether wsl.exe failed, not the program that it was to run. Called from within Linux, 8 bits of the status are left,
 * which a program could have too: then the path of the error decides.
 */
export function isLauncherFailure({ status, stdout, stderr }: WslRun, platform = process.platform): boolean {
  if (status === launcherFailure) return true
  return platform !== 'win32' && status === 255 && errorCodeIn(stdout, stderr) !== undefined
}

function runArguments(name: string, argv: readonly string[]): string[] {
  return ['-d', name, '-u', 'root', '--cd', '/', '--exec', ...argv]
}
