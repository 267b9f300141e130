import { mkdir, readdir, readFile, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { leftovers, ownFolder } from './leftovers.ts'

export interface GuestCgroup {
  readonly path: string
  /** When nothing runs in it any more. */
  remove(): Promise<void>
}

/** A cgroup of the second version, which the guest sees as the root of all; nothing where the machine has none. */
export async function createCgroup(): Promise<GuestCgroup | undefined> {
  for (const place of ['/sys/fs/cgroup', '/sys/fs/cgroup/unified']) {
    if (!(await isThere(join(place, 'cgroup.procs')))) continue
    for (const left of await leftovers(place)) await removeTree(left)
    const path = await ownFolder(place)
    // One more level: the guest's root may then be left empty, as it must be to delegate controllers.
    const controllers = (await readFile(join(path, 'cgroup.controllers'), 'utf8'))
      .trim()
      .split(' ')
      .filter(Boolean)
    if (controllers.length > 0)
      await writeFile(join(path, 'cgroup.subtree_control'), controllers.map((name) => `+${name}`).join(' '))
    await mkdir(join(path, 'guest'))
    return { path: join(path, 'guest'), remove: () => removeTree(path) }
  }
  return undefined
}

async function removeTree(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeTree(join(path, entry.name))
  }
  for (let tries = 0; ; tries++) {
    try {
      await rmdir(path)
      return
    } catch (error) {
      // A process that was killed leaves its cgroup a moment later.
      if (tries === 50) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
