import { spawnSync } from 'node:child_process'
import { closeSync, constants, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { AgentError } from '../errors.ts'
import type { Host } from '../host/host.ts'
import type { Logger } from '../report/logger.ts'

export const lockPath = '/run/iknite/lock'

/** Milliseconds between two looks at a lock that another run holds. */
const interval = 250

export interface RunLock {
  /** Frees the lock; a second time, nothing happens. */
  release(): void
}

export interface RunLockOptions {
  readonly host: Pick<Host, 'now' | 'sleep'>
  readonly logger: Logger
  /** Milliseconds since 1970 after which the run no longer waits. */
  readonly deadline: number
  readonly pid: number
  readonly path?: string
}

/**
 * Waits until no other run changes the node, and keeps others from it. The kernel frees the lock when this process
 * ends, however it ends.
 * @throws AgentError `TIMED_OUT` when the other run is still there at the deadline; `INTERRUPTED`; `FILE_FAILED`
 *   where the lock's file cannot be opened; `COMMAND_FAILED` where there is no `flock`
 */
export async function acquireRunLock(options: RunLockOptions): Promise<RunLock> {
  const { host, logger, deadline, pid, path = lockPath } = options
  const descriptor = openLock(path)
  try {
    let said = false
    while (!tryLock(descriptor, path)) {
      const holder = holderOf(path)
      if (!said) logger.info(`Waiting for another run of iknite to end${holder}`)
      said = true
      if (host.now() >= deadline) {
        throw new AgentError('TIMED_OUT', `another run of iknite did not end in time${holder}`, {
          hint: 'Let it end, or end it, and run the command again.',
        })
      }
      await host.sleep(interval)
    }
    ftruncateSync(descriptor)
    writeSync(descriptor, `${pid}\n`, 0)
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
  let isHeld = true
  return {
    release() {
      if (!isHeld) return
      isHeld = false
      ftruncateSync(descriptor)
      closeSync(descriptor)
    },
  }
}

function openLock(path: string): number {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    // Not truncated: it names who holds it.
    return openSync(path, constants.O_RDWR | constants.O_CREAT, 0o644)
  } catch (cause) {
    throw new AgentError(
      'FILE_FAILED',
      `cannot open ${path}: ${cause instanceof Error ? cause.message : cause}`,
      {
        hint: 'Run iknite as root.',
        cause,
      },
    )
  }
}

/**
 * JavaScript has no flock(2). But a lock belongs to the open file, which a child has in common with us: what
 * flock(1) locks through descriptor 3 stays locked when it has ended, and until we close the file.
 */
function tryLock(descriptor: number, path: string): boolean {
  const { status, stderr, error } = spawnSync('flock', ['-n', '-x', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', descriptor],
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    timeout: 10_000,
  })
  if (status === 0) return true
  // Both util-linux and busybox say nothing when the lock is taken.
  const said = String(stderr ?? '').trim()
  if (status === 1 && said === '') return false
  throw new AgentError(
    'COMMAND_FAILED',
    `cannot lock ${path}: ${error?.message ?? (said || `flock ended with ${status}`)}`,
    {
      hint: 'Install flock (package util-linux-misc).',
      ...(error === undefined ? {} : { cause: error }),
    },
  )
}

function holderOf(path: string): string {
  // Empty in the moment before a new holder has written it.
  const holder = readFileSync(path, 'utf8').trim()
  return /^\d+$/.test(holder) ? ` (pid ${holder})` : ''
}
