import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'

export interface GuestRunOptions {
  /** Milliseconds. Default: a minute. */
  readonly timeLimit?: number
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

export interface GuestRun {
  /** 128 and the signal's number for one that was killed; 124 when its time was up. */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
  readonly milliseconds: number
  /** Until the first of stderr; undefined where there was none. */
  readonly firstErrorAfter: number | undefined
}

const signals: Readonly<Record<string, number>> = { SIGKILL: 9, SIGTERM: 15, SIGSEGV: 11, SIGINT: 2 }

/** nsenter enters no cgroup by itself. One whose controllers are delegated takes no processes: then it stays outside. */
const join = '[ -z "$1" ] || echo $$ 2>/dev/null >"$1/cgroup.procs"; shift; exec nsenter "$@"'

/** Runs a program beside the process `keeper`, in its namespaces and root. */
export async function runIn(
  keeper: number,
  argv: readonly [string, ...string[]],
  { timeLimit = 60_000, env = {}, input = '' }: GuestRunOptions = {},
): Promise<GuestRun> {
  const began = performance.now()
  const given = Object.entries(env).map(([name, value]) => `${name}=${value}`)
  const environment = [
    'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'HOME=/root',
    ...given,
  ]
  // --wdns where it is: the folder within the guest.
  const enter = ['-t', `${keeper}`, '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w', '--']
  const inside = ['/usr/bin/env', '-i', ...environment, ...argv]
  const child = spawn('sh', ['-c', join, 'sh', await groupOf(keeper), ...enter, ...inside])
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  let firstErrorAfter: number | undefined
  child.stderr.setEncoding('utf8').on('data', (text) => {
    firstErrorAfter ??= performance.now() - began
    stderr += text
  })
  child.stdin.on('error', () => {})
  child.stdin.end(input)
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let late = false
  const timer = setTimeout(() => {
    late = true
    killBelow(child.pid ?? 0).catch(() => child.kill('SIGKILL'))
  }, timeLimit)
  const status = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signals[signal ?? ''] ?? 0)))
  })
  clearTimeout(timer)
  const milliseconds = performance.now() - began
  // A daemon may hold the pipes for ever.
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 200))])
  child.stdout.destroy()
  child.stderr.destroy()
  return { status: late ? 124 : status, stdout, stderr, milliseconds, firstErrorAfter }
}

/** The folder of a process's cgroup of the second version, or nothing. */
async function groupOf(pid: number): Promise<string> {
  const path = /^0::(.*)$/m.exec(await readFile(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? '/'
  const place = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((one) => existsSync(`${one}/cgroup.procs`))
  return path === '/' || place === undefined ? '' : `${place}${path}`
}

/** nsenter's own child is the program; what that one started and still has is killed with it. */
async function killBelow(pid: number): Promise<void> {
  for (const child of await childrenOf(pid)) {
    await killBelow(child)
    process.kill(child, 'SIGKILL')
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map(Number)
}
