import { randomUUID } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { hasCode, isAlive } from './state.ts'

/** Where the cgroups of the second version are; undefined where the machine has none. */
function cgroupPlace(): string | undefined {
  return ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((one) => existsSync(`${one}/cgroup.procs`))
}

/** Removes what the doubles of processes that were killed have left, an hour ago or more. */
export function removeLeftovers(folders: string): void {
  for (const [place, remove] of [[folders, removeFolder] as const, [cgroupPlace(), removeTree] as const]) {
    for (const name of place === undefined ? [] : readdirSync(place)) {
      const owner = Number(/^kaweezle-wsl-(?:double-)?(\d+)-/.exec(name)?.[1] ?? 0)
      const path = join(place ?? '', name)
      if (owner > 0 && !isAlive(owner) && Date.now() - statSync(path).mtimeMs > 3_600_000) remove(path)
    }
  }
}

function removeFolder(path: string): void {
  rmSync(path, { recursive: true, force: true })
}

/** Made as the root of all that a virtual machine sees; an empty name where this machine has none. */
export function makeCgroup(owner: number): string {
  const place = cgroupPlace()
  if (place === undefined) return ''
  const path = join(place, `kaweezle-wsl-${owner}-${randomUUID()}`)
  mkdirSync(path)
  const controllers = readFileSync(join(path, 'cgroup.controllers'), 'utf8').trim().split(' ').filter(Boolean)
  if (controllers.length > 0)
    writeFileSync(join(path, 'cgroup.subtree_control'), controllers.map((name) => `+${name}`).join(' '))
  mkdirSync(join(path, 'guest'))
  return join(path, 'guest')
}

export async function removeCgroup(guest: string): Promise<void> {
  if (guest === '') return
  await eventually(() => {
    try {
      removeTree(join(guest, '..'))
      return true
    } catch (error) {
      // A process that was killed leaves its cgroup a moment later.
      if (hasCode(error, 'EBUSY')) return undefined
      throw error
    }
  })
}

function removeTree(path: string): void {
  if (!existsSync(path)) return
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeTree(join(path, entry.name))
  }
  rmdirSync(path)
}
