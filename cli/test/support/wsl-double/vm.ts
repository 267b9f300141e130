import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pauseProgram } from '../../../../agent/test/support/pause-program.ts'
import { eventually } from './eventually.ts'
import { hasCode, isAlive, type Settings, type State } from './state.ts'
import { makeCgroup, removeCgroup } from './vm-cgroup.ts'
import { outerScript, vmScript } from './vm-scripts.ts'

/** Each start of the virtual machine gives it another one, as the NAT of WSL does. */
export function addressOf(vmStarts: number): { address: string; gateway: string } {
  const third = 16 * (vmStarts % 16)
  return {
    address: `172.2${vmStarts % 10}.${third}.${2 + (vmStarts % 200)}/20`,
    gateway: `172.2${vmStarts % 10}.${third}.1`,
  }
}

export function sharedFolder(folder: string): string {
  return join(folder, 'mnt-wsl')
}

export function pausePath(folder: string): string {
  return join(folder, 'init')
}

export const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }

/** Starts what all distributions share, where it does not run. */
export async function startVm(folder: string, state: State, settings: Settings): Promise<void> {
  if (state.vm !== undefined) return
  mkdirSync(sharedFolder(folder), { recursive: true })
  if (!existsSync(pausePath(folder))) writeFileSync(pausePath(folder), pauseProgram(), { mode: 0o755 })
  const cgroup = makeCgroup(settings.owner)
  const { address, gateway } = addressOf(++state.vmStarts)
  const values = [String(settings.owner), sharedFolder(folder), address, gateway, pausePath(folder)]
  const outer = await launch(
    [
      'unshare',
      '--net',
      '--mount',
      '--propagation',
      'private',
      '--',
      'sh',
      '-c',
      outerScript,
      'vm',
      ...values,
    ],
    { VM_SCRIPT: vmScript },
  )
  const pid = await eventually(() => {
    // Beside it, the outer shell has its sleeping clock.
    const unshare = childrenOf(outer).find((child) => commandOf(child) === 'unshare')
    return unshare === undefined ? undefined : childrenOf(unshare)[0]
  })
  state.vm = { outer, pid, cgroup, lastUsed: Date.now() }
}

/** Ends everything in it at once. */
export async function stopVm(state: State): Promise<void> {
  const { vm } = state
  if (vm === undefined) return
  for (const pid of [vm.pid, vm.outer]) killIfAlive(pid)
  await gone(vm.pid)
  await gone(vm.outer)
  for (const [guid, { pid }] of Object.entries(state.running)) {
    await gone(pid)
    delete state.running[guid]
  }
  delete state.vm
  await removeCgroup(vm.cgroup)
}

/** Starts a program that says `ready`, and goes on without us; its pid. */
export async function launch(argv: readonly string[], more: Record<string, string> = {}): Promise<number> {
  const [program = '', ...args] = argv
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environment, ...more },
  })
  let said = ''
  child.stderr.on('data', (bytes) => {
    said += bytes
  })
  const isReady = await new Promise<boolean>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve(false))
    child.stdout.once('data', () => resolve(true))
  })
  child.unref()
  child.stdout.destroy()
  child.stderr.destroy()
  if (isReady && child.pid !== undefined) return child.pid
  throw new Error(`cannot be started: ${argv.slice(0, 3).join(' ')}: ${said.trim()}`)
}

export function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return text.split(' ').filter(Boolean).map(Number)
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return []
    throw error
  }
}

/** Its name, of at most 15 characters; empty when it is no more. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ESRCH')) return ''
    throw error
  }
}

export function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!hasCode(error, 'ESRCH')) throw error
  }
}

/** The kernel ends all of a namespace before its first process is gone. */
export async function gone(pid: number): Promise<void> {
  await eventually(() => (isAlive(pid) ? undefined : true))
}
