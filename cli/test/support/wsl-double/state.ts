import { randomUUID } from 'node:crypto'
import { appendFileSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Locale } from './messages.ts'

/** One row of the registry. */
export interface Distribution {
  readonly guid: string
  readonly name: string
  readonly basePath: string
  readonly version: 1 | 2
  state: 'Installed' | 'Installing' | 'Uninstalling' | 'Exporting'
  /** The process that imports, or exports, it. */
  worker?: number
}

export interface RunningDistribution {
  /** Its first process, on the host. */
  readonly pid: number
  /** When a session last began or ended; milliseconds. */
  lastUsed: number
}

export interface State {
  readonly distributions: Distribution[]
  /** The guid of the default one. */
  default?: string
  /** By guid. */
  readonly running: Record<string, RunningDistribution>
  vm?: { readonly outer: number; readonly pid: number; readonly cgroup: string; lastUsed: number }
  vmStarts: number
}

/** How this wsl.exe is; a test may change it between calls. */
export interface Settings {
  readonly locale: Locale
  /** `store-old` is a Store build before 0.64, `stub` what Windows has where WSL is not installed. */
  readonly flavour: 'store' | 'store-old' | 'inbox' | 'stub'
  readonly newline: '\r\n' | '\r\r\n'
  /** Milliseconds after its last session until a distribution is stopped; the VM likewise, after the last one. */
  readonly idle: number
  readonly vmIdle: number
  /** Whether an import whose wsl.exe was killed stays in the registry as one that is going on. */
  readonly keepsUnfinished: boolean
  /** All ends with this process. */
  readonly owner: number
}

/** What is to go wrong, once, at the call of a verb after the first `skip`. */
export interface Fault {
  readonly verb: string
  skip?: number
  /** How often. Default: once. */
  times?: number
  /**
   * `fail`: says `text` and `code`, before it does anything. `hang`: never ends. `crash`: the VM dies, and the verb
   * fails. `crash-after`: the VM dies when the verb is done. `die`: wsl.exe itself is killed, half way of an import.
   */
  readonly action: 'fail' | 'hang' | 'crash' | 'crash-after' | 'die'
  readonly code?: string
  readonly text?: string
  readonly stderr?: string
  readonly status?: number
}

const empty: State = { distributions: [], running: {}, vmStarts: 0 }

/** Reads the state, lets `change` change it and writes it, while no other call does. */
export async function withState<T>(folder: string, change: (state: State) => T | Promise<T>): Promise<T> {
  const lock = join(folder, 'lock')
  while (!takeLock(lock)) await sleep(5)
  try {
    const state = readState(folder)
    const result = await change(state)
    replaceFile(join(folder, 'state.json'), JSON.stringify(state, undefined, 1))
    return result
  } finally {
    rmSync(lock, { force: true })
  }
}

export function readState(folder: string): State {
  return readJson(join(folder, 'state.json')) ?? structuredClone(empty)
}

export function readSettings(folder: string): Settings {
  const settings = readJson<Settings>(join(folder, 'settings.json'))
  if (settings === undefined) throw new Error(`${folder} is not the folder of a double of WSL`)
  return settings
}

/** The fault that this call of the verb meets. */
export function takeFault(folder: string, verb: string): Promise<Fault | undefined> {
  return withState(folder, () => {
    const file = join(folder, 'faults.json')
    const faults = readJson<Fault[]>(file) ?? []
    const fault = faults.find((one) => one.verb === verb || one.verb === '*')
    if (fault === undefined) return undefined
    const met = (fault.skip ?? 0) === 0
    if (met) fault.times = (fault.times ?? 1) - 1
    else fault.skip = (fault.skip ?? 0) - 1
    replaceFile(file, JSON.stringify(faults.filter(({ times = 1 }) => times > 0)))
    return met ? fault : undefined
  })
}

export function recordCall(folder: string, args: readonly string[]): void {
  const { WSL_UTF8, WSL_DISABLE_WARNINGS, WSLENV } = process.env
  const call = { args, pid: process.pid, environment: { WSL_UTF8, WSL_DISABLE_WARNINGS, WSLENV } }
  appendFileSync(join(folder, 'calls.jsonl'), `${JSON.stringify(call)}\n`)
}

export function replaceFile(path: string, content: string): void {
  const draft = `${path}.${randomUUID()}`
  writeFileSync(draft, content)
  renameSync(draft, path)
}

export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

export function isAlive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return false
    throw error
  }
}

/** Made whole under another name: no other call ever sees a lock that says no owner. */
function takeLock(lock: string): boolean {
  const draft = `${lock}.${process.pid}`
  writeFileSync(draft, String(process.pid))
  try {
    linkSync(draft, lock)
    return true
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  } finally {
    rmSync(draft)
  }
  const owner = readJson<number>(lock)
  if (owner === undefined || isAlive(owner)) return false
  const away = `${lock}.${process.pid}.dead`
  try {
    renameSync(lock, away)
    // Another call may have removed the dead one's, and taken its own.
    if (readJson<number>(away) !== owner) linkSync(away, lock)
    rmSync(away)
  } catch (error) {
    if (!hasCode(error, 'ENOENT') && !hasCode(error, 'EEXIST')) throw error
  }
  return false
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
