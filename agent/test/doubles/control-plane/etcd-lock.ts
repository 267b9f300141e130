import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { codeOf } from './running.ts'

/**
 * Holds `path` for this process, or answers false when another living one does. Neither Node nor Bun offers flock:
 * the file names the process and when it started, so that neither a killed holder nor a reused id blocks.
 */
export function takeLock(path: string): boolean {
  const me = `${process.pid} ${startOf(process.pid) ?? 0}`
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      writeFileSync(path, me, { flag: 'wx' })
      return true
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
    const [pid, start] = readOrNothing(path).split(' ')
    if (startOf(Number(pid)) === start && start !== undefined) return false
    rmSync(path, { force: true })
  }
  return false
}

export function dropLock(path: string): void {
  rmSync(path, { force: true })
}

/** Field 22 of /proc/PID/stat; the name before it may hold blanks. */
function startOf(pid: number): string | undefined {
  const text = readOrNothing(`/proc/${pid}/stat`)
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return ''
    throw error
  }
}
