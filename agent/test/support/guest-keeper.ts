import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { gatewayOf } from './guest-address.ts'
import { type GuestMode, guestScript, outerScript } from './guest-script.ts'

export interface KeeperOptions {
  readonly root: string
  readonly mode: GuestMode
  readonly address: string
  readonly cgroup: string | undefined
}

/** The first process of a guest. */
export interface Keeper {
  /** On the host. */
  readonly pid: number
  /** Kills it, and with it everything in the guest. */
  kill(): Promise<void>
}

/** It dies with this process, whatever becomes of this one. */
export async function startKeeper({ root, mode, address, cgroup = '' }: KeeperOptions): Promise<Keeper> {
  const outer = ['unshare', '--net', '--mount', '--propagation', 'private', '--', 'sh', '-c', outerScript]
  const values = ['guest', root, mode, address, gatewayOf(address), cgroup]
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...outer, ...values], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
    env: { PATH: `${process.env['PATH']}:/usr/sbin:/usr/bin:/sbin:/bin`, GUEST_SCRIPT: guestScript },
  })
  let said = ''
  child.stderr.on('data', (bytes) => {
    said += bytes
  })
  const ended = once(child, 'exit')
  const ready = once(child.stdout, 'data')
  await Promise.race([ready, ended])
  const pid = await childOf(child.pid)
  if (pid === undefined) {
    child.kill('SIGKILL')
    await ended
    throw new Error(`the guest cannot be started: ${said.trim()}`)
  }
  return {
    pid,
    async kill() {
      child.kill('SIGKILL')
      await ended
      await untilGone(pid)
    },
  }
}

/** The kernel ends all other processes of the namespace before its first one is gone, or is a zombie. */
async function untilGone(pid: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (!(await runs(pid))) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`process ${pid} of the guest does not end`)
}

async function runs(pid: number): Promise<boolean> {
  try {
    return !/\) [ZX] /.test(await readFile(`/proc/${pid}/stat`, 'utf8'))
  } catch (error) {
    if (error instanceof Error && 'code' in error && ['ENOENT', 'ESRCH'].includes(String(error.code)))
      return false
    throw error
  }
}

async function childOf(pid: number | undefined): Promise<number | undefined> {
  if (pid === undefined) return undefined
  try {
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return Number.parseInt(children, 10) || undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
