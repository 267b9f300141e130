import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { isSystemError } from './file-error.ts'

/** What tells one process from every other, those that get the same number later included. */
export interface ProcessIdentity {
  readonly pid: number
  readonly host: string
  /** Clock ticks from boot to its start; absent where the system does not tell. */
  readonly started?: string | undefined
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, host: hostname(), started: startOf(process.pid) }
}

/** Whether a process is known to be over. One of another machine never is. */
export function isOver({ pid, host, started }: ProcessIdentity): boolean {
  if (host !== hostname()) return false
  if (!isProcessAlive(pid)) return true
  const now = startOf(pid)
  return started !== undefined && now !== undefined && now !== started
}

/** Whether this machine has a process of that number. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: it is there, and somebody else's.
    return !isSystemError(error, 'ESRCH')
  }
}

/** Field 22 of /proc/PID/stat (proc_pid_stat(5)). The second one is a name in parentheses, and may hold spaces. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
  } catch (error) {
    if (isSystemError(error)) return undefined
    throw error
  }
}
