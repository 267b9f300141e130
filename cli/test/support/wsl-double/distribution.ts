import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { type Distribution, hasCode, isAlive, type Settings, type State } from './state.ts'
import {
  childrenOf,
  commandOf,
  gone,
  killIfAlive,
  launch,
  pausePath,
  sharedFolder,
  startVm,
  stopVm,
} from './vm.ts'
import { distributionScript } from './vm-scripts.ts'

/** Where the root filesystem is: the name is that of the disk that WSL would have. */
export function diskOf({ basePath }: Distribution): string {
  return join(basePath, 'ext4.vhdx')
}

/** Starts a distribution, and the virtual machine before it, where they do not run. */
export async function startDistribution(
  folder: string,
  state: State,
  settings: Settings,
  distribution: Distribution,
): Promise<void> {
  await startVm(folder, state, settings)
  if (state.running[distribution.guid] !== undefined || state.vm === undefined) return
  const conf = readConf(join(diskOf(distribution), 'etc/wsl.conf'))
  const isOn = (key: string) => (conf[key] === 'false' ? 'no' : 'yes')
  const name = conf['network.hostname'] ?? hostname()
  const { pid: vm, cgroup } = state.vm
  const values = [diskOf(distribution), sharedFolder(folder), pausePath(folder), name]
  const choices = [
    isOn('automount.enabled'),
    isOn('network.generatehosts'),
    isOn('network.generateresolvconf'),
  ]
  const enter = ['nsenter', '-t', `${vm}`, '-m', '-n', '-p', '--']
  const unshare = ['unshare', '--mount', '--pid', '--uts', '--ipc', '--cgroup', '--fork', '--kill-child']
  const within = [
    ...enter,
    ...unshare,
    '--propagation',
    'unchanged',
    '--',
    'sh',
    '-c',
    distributionScript,
    'wsl',
  ]
  const joined = ['sh', '-c', '[ -z "$1" ] || echo $$ >"$1/cgroup.procs"; shift; exec "$@"', 'sh', cgroup]
  const outer = await launch([...joined, ...within, ...values, ...choices, cgroup])
  // nsenter has a child in the machine's namespace of processes, and that one has one in the distribution's. Until that
  // is its init, its root is still this machine's.
  const pid = await eventually(() => {
    const first = childrenOf(childrenOf(outer)[0] ?? 0)[0]
    return first !== undefined && commandOf(first) === 'init' ? first : undefined
  })
  state.running[distribution.guid] = { pid, lastUsed: Date.now() }
  const boot = conf['boot.command']
  if (boot !== undefined) await launchBoot(pid, cgroup, boot)
}

/** Ends all that runs in it. What it mounted for others stays with them. */
export async function stopDistribution(state: State, guid: string): Promise<void> {
  const running = state.running[guid]
  if (running === undefined) return
  killIfAlive(running.pid)
  await gone(running.pid)
  delete state.running[guid]
  if (state.vm !== undefined) state.vm.lastUsed = Date.now()
}

/** Brings the state up to date: what died, what was idle for too long, what nobody works at any more. */
export async function sweep(folder: string, state: State, settings: Settings): Promise<void> {
  if (state.vm !== undefined && !isAlive(state.vm.pid)) await stopVm(state)
  for (const [guid, running] of Object.entries(state.running)) {
    if (!isAlive(running.pid)) delete state.running[guid]
    else if (hasSession(folder, guid)) running.lastUsed = Date.now()
    else if (Date.now() - running.lastUsed > settings.idle) await stopDistribution(state, guid)
  }
  if (state.vm !== undefined) {
    if (Object.keys(state.running).length > 0) state.vm.lastUsed = Date.now()
    else if (Date.now() - state.vm.lastUsed > settings.vmIdle) await stopVm(state)
  }
  for (const one of state.distributions.filter(({ worker }) => worker !== undefined && !isAlive(worker))) {
    if (one.state === 'Exporting') one.state = 'Installed'
    else if (!settings.keepsUnfinished) forget(state, one)
    delete one.worker
  }
}

/** Takes it out of the registry, with its disk; its folder only where nothing else is in it. */
export function forget(state: State, distribution: Distribution): void {
  rmSync(diskOf(distribution), { recursive: true, force: true })
  try {
    if (readdirSync(distribution.basePath).length === 0) rmSync(distribution.basePath, { recursive: true })
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
  state.distributions.splice(state.distributions.indexOf(distribution), 1)
  if (state.default !== distribution.guid) return
  const next = state.distributions.find((one) => one.state === 'Installed')
  if (next === undefined) delete state.default
  else state.default = next.guid
}

/** Says that a wsl.exe has a session, for as long as its process lives. */
export function beginSession(folder: string, guid: string): string {
  const place = join(folder, 'sessions', guid)
  mkdirSync(place, { recursive: true })
  const file = join(place, String(process.pid))
  writeFileSync(file, '')
  return file
}

function hasSession(folder: string, guid: string): boolean {
  try {
    return readdirSync(join(folder, 'sessions', guid)).some((pid) => isAlive(Number(pid)))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    throw error
  }
}

/** WSL neither waits for it nor shows what it says. */
async function launchBoot(pid: number, cgroup: string, command: string): Promise<void> {
  const joined = [
    'sh',
    '-c',
    '[ -z "$1" ] || echo $$ >"$1/cgroup.procs"; shift; echo ready; exec "$@" >/dev/null 2>&1',
  ]
  const enter = ['nsenter', '-t', `${pid}`, '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w', '--']
  await launch([...joined, 'sh', cgroup, ...enter, '/bin/sh', '-c', command])
}

/** `section.key`, in lower case, with its value. */
export function readConf(path: string): Record<string, string> {
  const values: Record<string, string> = {}
  let section = ''
  for (const line of readLines(path)) {
    section = /^\s*\[(\w+)\]/.exec(line)?.[1]?.toLowerCase() ?? section
    const [, key, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (key !== undefined && value !== undefined)
      values[`${section}.${key.toLowerCase()}`] = value.replace(/^"(.*)"$/, '$1')
  }
  return values
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw error
  }
}
