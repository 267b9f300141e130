import { mkdtemp, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

const name = /^kaweezle-guest-(\d+)-/

/** A folder whose name says which process made it, by which {@link leftovers} finds it should that one be killed. */
export function ownFolder(parent: string): Promise<string> {
  return mkdtemp(join(parent, `kaweezle-guest-${process.pid}-`))
}

/** Those of processes that are no more, and older than an hour: a process may be one of another namespace. */
export async function leftovers(parent: string): Promise<string[]> {
  const found: string[] = []
  for (const one of await readdir(parent)) {
    const pid = Number(name.exec(one)?.[1] ?? 0)
    if (pid > 0 && !isAlive(pid) && (await ageOf(join(parent, one))) > 3600_000) found.push(join(parent, one))
  }
  return found
}

async function ageOf(path: string): Promise<number> {
  try {
    return Date.now() - (await stat(path)).mtimeMs
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 0
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false
    throw error
  }
}
