import { readFileSync } from 'node:fs'

/**
 * Scripted faults of one double. The file (`/etc/kube-doubles/faults.json`, or what KUBE_DOUBLES_FAULTS
 * names) maps a program's name to its faults; it is read each time anew, so that a test may change it while
 * programs run. A file that is not there means no faults.
 *
 *     { "kube-apiserver": { "readyDelay": 2000, "failRequests": { "/apis/apps/v1": 503 } },
 *       "etcd": { "refuseStart": "mvcc: database space exceeded" } }
 */
export interface Faults {
  /** Milliseconds before the program does anything. */
  startDelay?: number
  /** The program ends at once, with this on stderr and status 1. */
  refuseStart?: string
  /** Milliseconds after the start in which `/readyz` says no. */
  readyDelay?: number
  /** A prefix of a request's path, and the HTTP status it is refused with. */
  failRequests?: Record<string, number>
  /** More of the program's own. */
  [more: string]: unknown
}

export function readFaults(program: string): Faults {
  const path = process.env['KUBE_DOUBLES_FAULTS'] ?? '/etc/kube-doubles/faults.json'
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return {}
    throw error
  }
  const all: Record<string, Faults> = JSON.parse(text)
  return all[program] ?? {}
}

/** Waits and refuses as the faults say; the exit status when the program shall not start. */
export async function startFaults(program: string): Promise<number | undefined> {
  const { startDelay = 0, refuseStart } = readFaults(program)
  if (startDelay > 0) await new Promise((resolve) => setTimeout(resolve, startDelay))
  if (refuseStart === undefined) return undefined
  process.stderr.write(`${refuseStart}\n`)
  return 1
}
