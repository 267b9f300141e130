import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { codeOf } from '../../control-plane/running.ts'
import type { RuntimeProcess } from './call.ts'

/** The command of a container that ends at once, with the status that is its argument. */
export const exitCommand = '/kube-doubles/exit'

export const exitsFolder = '/run/crio/exits'

interface Started {
  process: RuntimeProcess
  conmon: RuntimeProcess
}

const doubles = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']

interface Wanted {
  id: string
  command: string[]
  log: string
  group: string
  image: string
}

/** Starts a container's process below a conmon of its own, which outlives this program. */
export async function startProcess({ id, command, log, group, image }: Wanted): Promise<Started> {
  const folder = '/run/crio/pids'
  mkdirSync(folder, { recursive: true })
  const pidfile = `${folder}/${id}`
  const { name, program } = programOf(command)
  const options = {
    ...{ '-c': id, '-p': pidfile, '-l': log, '--exit-dir': exitsFolder },
    ...{ '--cgroup': group, '--runtime-arg': name },
  }
  const child = spawn('/usr/bin/conmon', [...Object.entries(options).flat(), '--', ...program], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
    // That which the API server says it is.
    env: { ...process.env, KUBE_DOUBLE_VERSION: image.split(':').at(-1) },
  })
  child.unref()
  const conmon = processOf(child.pid ?? 0)
  for (let tries = 0; tries < 1000; tries++) {
    const pid = Number(readOr(pidfile, '0'))
    if (pid > 0) return { process: processOf(pid), conmon }
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error(`container create failed: conmon of ${id} did not start`)
}

/** Doubles are run; and for all other programs, by their name, one that waits. */
function programOf(command: string[]): { name: string; program: string[] } {
  const [name = '', ...rest] = command
  // busybox looks at its name.
  if (name === exitCommand) return { name: 'sh', program: ['/bin/sh', '-c', `exit ${rest[0]}`] }
  const double = basename(name)
  if (doubles.includes(double))
    return { name, program: [process.execPath, process.argv[1] ?? '', double, ...rest] }
  return { name, program: ['/usr/lib/kube-doubles/pause', ...rest] }
}

function processOf(pid: number): RuntimeProcess {
  return { pid, startTime: startTimeOf(pid) }
}

export function isAlive({ pid, startTime }: RuntimeProcess): boolean {
  return startTime !== '' && startTimeOf(pid) === startTime
}

export function signal(started: RuntimeProcess, name: 'SIGTERM' | 'SIGKILL'): void {
  if (isAlive(started)) process.kill(started.pid, name)
}

/** Empty when the process is no more. */
function startTimeOf(pid: number): string {
  const stat = readOr(`/proc/${pid}/stat`, '')
  const fields = stat.replace(/^.*\) /s, '').split(' ')
  return fields[0] === 'Z' ? '' : (fields[19] ?? '')
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return otherwise
    throw error
  }
}
