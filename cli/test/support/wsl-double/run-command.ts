import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import type { RunRequest } from './arguments.ts'
import { beginSession, diskOf, startDistribution } from './distribution.ts'
import { failure, launcherFailure } from './output.ts'
import { type Distribution, hasCode, isAlive, type Settings, withState } from './state.ts'

const joinGroup = '[ -z "$1" ] || echo $$ 2>/dev/null >"$1/cgroup.procs"; shift; exec "$@"'

/** Runs a command in a distribution, which it starts; the status of wsl.exe. */
export async function runCommand(
  folder: string,
  settings: Settings,
  find: (name: string | undefined) => Distribution,
  request: RunRequest,
): Promise<number> {
  const distribution = find(request.distribution)
  const { uid, gid, home, shell } = userOf(distribution, request.user, settings)
  const session = beginSession(folder, distribution.guid)
  const { pid, cgroup } = await withState(folder, async (state) => {
    await startDistribution(folder, state, settings, distribution)
    return { pid: state.running[distribution.guid]?.pid ?? 0, cgroup: state.vm?.cgroup ?? '' }
  })
  const command = request.hasShell
    ? [shell, '-l', ...(request.command.length > 0 ? ['-c', request.command.join(' ')] : [])]
    : request.command
  // nsenter ends with us; what it has started inside does not, as in WSL.
  const enter = [
    'setpriv',
    '--pdeathsig',
    'KILL',
    'nsenter',
    '-t',
    `${pid}`,
    '-m',
    '-u',
    '-i',
    '-n',
    '-p',
    '-C',
    '-r',
  ]
  const as = uid === 0 ? [] : ['-S', `${uid}`, '-G', `${gid}`]
  const argv = [joinGroup, 'sh', cgroup, ...enter, ...as, `--wdns=${request.folder}`, '--', ...command]
  const child = spawn('/bin/sh', ['-c', ...argv], {
    stdio: 'inherit',
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: home,
      USER: request.user,
      LOGNAME: request.user,
      SHELL: shell,
      WSL_DISTRO_NAME: distribution.name,
      ...passedOn(),
    },
  })
  const ended = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(
    (resolve, reject) => {
      child.once('error', reject)
      child.once('exit', (code, signal) => resolve({ code, signal }))
    },
  )
  rmSync(session, { force: true })
  await withState(folder, (state) => {
    const running = state.running[distribution.guid]
    if (running !== undefined) running.lastUsed = Date.now()
  })
  if (ended.code !== null) return ended.code
  if (isAlive(pid)) return constants.signals[ended.signal ?? 'SIGKILL']
  // A distribution that is terminated takes its sessions with it; so does the virtual machine.
  const { vm } = await withState(folder, (state) => state)
  if (vm === undefined || !isAlive(vm.pid)) throw failure(settings, 'unexpected', 'Wsl/Service/E_UNEXPECTED')
  return launcherFailure
}

/** What WSLENV names, of this process's environment. Paths are not translated. */
function passedOn(): Record<string, string> {
  const names = (process.env['WSLENV'] ?? '').split(':').filter(Boolean)
  const entries = names
    .map((one) => one.split('/')[0] ?? '')
    .map((name) => [name, process.env[name]] as const)
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined))
}

interface User {
  readonly uid: number
  readonly gid: number
  readonly home: string
  readonly shell: string
}

function userOf(distribution: Distribution, name: string, settings: Settings): User {
  const line = passwdLines(distribution).find((one) => one.startsWith(`${name}:`))
  if (line === undefined) {
    if (name === 'root') return { uid: 0, gid: 0, home: '/root', shell: '/bin/sh' }
    throw failure(settings, 'userNotFound', 'Wsl/Service/WSL_E_USER_NOT_FOUND')
  }
  const [, , uid, gid, , home = '/', shell = '/bin/sh'] = line.split(':')
  return { uid: Number(uid), gid: Number(gid), home, shell: shell.trim() }
}

function passwdLines(distribution: Distribution): string[] {
  try {
    return readFileSync(join(diskOf(distribution), 'etc/passwd'), 'utf8').split('\n')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}
