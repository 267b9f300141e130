import type { Readable } from 'node:stream'
import { createOutputTail } from '@kaweezle/program-kit/output-tail.ts'
import { execa } from 'execa'
import { PipelineError } from '../errors.ts'
import type { Deadline } from './deadline.ts'

export interface IsolateOptions {
  readonly deadline: Deadline
  /** Bytes, or a file's path; nothing when absent. */
  readonly input?: Uint8Array | string
  readonly onStderr?: (line: string) => void
}

export interface Isolated {
  readonly stdout: Readable
  /**
   * Waits until the program and all that it started have ended.
   * @throws PipelineError the deadline's, or `ENGINE_FAILED` when it could not be started or was killed.
   */
  ended(): Promise<{ readonly status: number; readonly stderr: string }>
}

/**
 * Starts a program of the host as root of fresh mount, pid, net, uts and ipc namespaces, and, where this
 * process is not root, of a user namespace with the user's subordinate ids.
 */
export function isolate(argv: readonly [string, ...string[]], options: IsolateOptions): Isolated {
  const { deadline, input, onStderr } = options
  const child = execa('setpriv', [...isolation(), ...argv], {
    cwd: '/',
    env: hostEnvironment(),
    extendEnv: false,
    // Away from the terminal: Ctrl-C is for the pipeline, which then fires the signal.
    detached: true,
    buffer: false,
    reject: false,
    cancelSignal: deadline.signal,
    killSignal: 'SIGKILL',
    ...(input === undefined
      ? { stdin: 'ignore' }
      : typeof input === 'string'
        ? { inputFile: input }
        : { input }),
  })
  const errors = createOutputTail(onStderr)
  child.stderr.on('data', errors.write)

  return {
    stdout: child.stdout,
    async ended() {
      const { exitCode, shortMessage } = await child
      const stderr = errors.end()
      const late = deadline.error()
      if (late) throw late
      if (exitCode === undefined) {
        throw new PipelineError('ENGINE_FAILED', `The isolated ${argv[0]} was lost: ${shortMessage}`)
      }
      return { status: exitCode, stderr }
    },
  }
}

/** For programs of the host. chroot and its like are in sbin, which the PATH of a user may lack. */
export function hostEnvironment(): { PATH: string; LC_ALL: string } {
  return { PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: 'C' }
}

/**
 * kill -9 of this process kills the whole tree: `setpriv` hands its death to `unshare`, `--kill-child` hands
 * on that to the first process of the pid namespace, and with that one the kernel kills the rest.
 */
function isolation(): string[] {
  const root = process.getuid?.() === 0
  return [
    ...['--pdeathsig', 'KILL', '--', 'unshare'],
    ...(root ? [] : ['--map-root-user', '--map-auto']),
    ...['--mount', '--pid', '--net', '--uts', '--ipc', '--propagation', 'private', '--fork', '--kill-child'],
    ...['--', 'setpriv', '--groups', '0', '--'],
  ]
}
