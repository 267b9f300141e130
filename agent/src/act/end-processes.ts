import type { Host } from '../host/host.ts'
import { listProcesses, parseStat } from '../observe/processes.ts'
import type { Remains } from '../plan/remains.ts'
import type { ActContext } from './context.ts'
import { tryProgram } from './run-program.ts'

type Process = Remains['processes'][number]

/** Milliseconds between SIGTERM and SIGKILL, and for the kernel to take away what was killed. */
const grace = 5000
const interval = 100

/**
 * Ends processes: with SIGTERM, after 5 seconds with SIGKILL. The number of one that has ended may be another's, so
 * that each is looked at again before it gets a signal.
 */
export async function endProcesses(context: ActContext, processes: readonly Process[]): Promise<void> {
  let left = await identify(context.host, processes)
  for (const signal of ['TERM', 'KILL'] as const) {
    left = await alive(context.host, left)
    if (left.length === 0) return
    // One that ends meanwhile makes it fail, and the others get theirs all the same.
    await tryProgram(context, ['kill', `-${signal}`, ...left.map(({ pid }) => String(pid))], {
      limit: 10_000,
    })
    left = await awaitEnd(context.host, left)
  }
}

interface Known {
  readonly pid: number
  /** Milliseconds since the machine's start: a process of another start is another process. */
  readonly started: number
}

/** Those that still run the program that was seen. */
async function identify(host: Host, processes: readonly Process[]): Promise<readonly Known[]> {
  const programs = new Map((await listProcesses(host)).map(({ pid, program }) => [pid, program]))
  const same = processes.filter(({ pid, program }) => programs.get(pid) === program)
  const found = await Promise.all(
    same.map(async ({ pid }) => {
      const started = await startOf(host, pid)
      return started === undefined ? [] : [{ pid, started }]
    }),
  )
  return found.flat()
}

/** undefined where no such process runs. */
async function startOf({ files }: Host, pid: number): Promise<number | undefined> {
  const stat = parseStat((await files.read(`/proc/${pid}/stat`)) ?? '')
  return stat === undefined || stat.isZombie ? undefined : stat.started
}

async function awaitEnd(host: Host, processes: readonly Known[]): Promise<readonly Known[]> {
  const end = host.now() + grace
  let left = await alive(host, processes)
  while (left.length > 0 && host.now() < end) {
    await host.sleep(interval)
    left = await alive(host, left)
  }
  return left
}

async function alive(host: Host, processes: readonly Known[]): Promise<readonly Known[]> {
  const starts = await Promise.all(processes.map(({ pid }) => startOf(host, pid)))
  return processes.filter(({ started }, index) => starts[index] === started)
}
