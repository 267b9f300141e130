import { basename } from 'node:path'
import type { Files, Host } from '../host/host.ts'
import type { ProcessState } from '../plan/snapshot.ts'

/** A process that runs a program: no thread of the kernel, and none that has ended and is not yet collected. */
export interface RunningProcess {
  readonly pid: number
  /** The name of its program, without folder; of a script, that of the script. */
  readonly program: string
  readonly arguments: readonly string[]
}

/** What runs scripts here. A service's own script is none of its program. */
const interpreters: ReadonlySet<string> = new Set(['node', 'bun', 'sh', 'ash', 'bash'])

/** All running processes, in the order of their ids; see proc_pid_cmdline(5). */
export async function listProcesses({ files }: Host): Promise<readonly RunningProcess[]> {
  const pids = (await files.list('/proc')).filter((name) => /^[1-9]\d*$/.test(name)).map(Number)
  const found = await Promise.all(
    pids.map(async (pid) => {
      const cmdline = await files.read(`/proc/${pid}/cmdline`)
      // Empty for threads of the kernel and for what has ended.
      return cmdline ? parseProcess(pid, cmdline) : undefined
    }),
  )
  return found.filter((process) => process !== undefined).sort((one, other) => one.pid - other.pid)
}

function parseProcess(pid: number, cmdline: string): RunningProcess {
  const words = cmdline.replace(/\0+$/, '').split('\0')
  const [first = '', second = ''] = words
  const isScript =
    interpreters.has(basename(first)) && second.startsWith('/') && !second.startsWith('/etc/init.d/')
  // A process may write anything over its first word, e.g. `nginx: master process`.
  const [word = ''] = (isScript ? second : first).split(' ')
  return { pid, program: basename(word), arguments: words.slice(isScript ? 2 : 1) }
}

/**
 * The process of a program of the node itself: pods may run programs of the same name, but in network namespaces of
 * their own. Of several the oldest, as what it starts looks like itself for a moment.
 */
export async function findProcess(
  host: Host,
  processes: readonly RunningProcess[],
  program: string,
): Promise<ProcessState | undefined> {
  const candidates = processes.filter((process) => process.program === program)
  if (candidates.length === 0) return undefined
  const [own, bootedAt] = await Promise.all([namespaceOf(host.files, 'self'), bootTime(host)])
  const states = await Promise.all(
    candidates.map(async ({ pid }) => {
      const [namespace, stat] = await Promise.all([
        namespaceOf(host.files, pid),
        host.files.read(`/proc/${pid}/stat`),
      ])
      const ticks = stat === undefined ? undefined : parseStat(stat)
      const isOurs = own === undefined || namespace === undefined || namespace === own
      return ticks === undefined || ticks.isZombie || !isOurs
        ? undefined
        : { pid, startedAt: bootedAt + ticks.started }
    }),
  )
  return states
    .filter((state) => state !== undefined)
    .reduce<ProcessState | undefined>(
      (oldest, state) => (oldest && oldest.startedAt <= state.startedAt ? oldest : state),
      undefined,
    )
}

async function namespaceOf(files: Files, pid: number | 'self'): Promise<string | undefined> {
  return (await files.stat(`/proc/${pid}/ns/net`))?.target
}

export interface ProcessStat {
  readonly parent: number
  readonly isZombie: boolean
  /** Milliseconds from the machine's start to the process's. */
  readonly started: number
}

/** USER_HZ, which is 100 on all that Alpine runs on. */
const tick = 10

/** /proc/<pid>/stat, see proc_pid_stat(5); undefined where it is damaged. */
export function parseStat(text: string): ProcessStat | undefined {
  // The name, in brackets, may hold blanks and brackets of its own.
  const [state, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const started = Number(rest[22 - 5])
  if (state === undefined || !Number.isFinite(started)) return undefined
  return { parent: Number(parent), isZombie: state === 'Z' || state === 'X', started: started * tick }
}

/**
 * When the machine started, in milliseconds since 1970 of the clock as it is now. /proc/stat knows only the second,
 * too little to tell what was written just before a process started; /proc/uptime is finer, but some containers
 * (lxcfs) show their own.
 */
export async function bootTime(host: Host): Promise<number> {
  const [stat = '', uptime = ''] = await Promise.all([
    host.files.read('/proc/stat'),
    host.files.read('/proc/uptime'),
  ])
  const now = host.now()
  const second = Number(/^btime (\d+)$/m.exec(stat)?.[1] ?? Number.NaN) * 1000
  const fine = now - Number.parseFloat(uptime) * 1000
  if (Number.isNaN(second)) return Number.isNaN(fine) ? now : fine
  return Math.abs(fine - second) < 2000 ? Math.round(fine) : second
}
