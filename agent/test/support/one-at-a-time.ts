import { readFile, rm, writeFile } from 'node:fs/promises'

/** Runs `body` while no other process of this machine runs one for the same lock file. */
export async function oneAtATime<T>(lock: string, body: () => Promise<T>): Promise<T> {
  while (!(await take(lock))) await new Promise((resolve) => setTimeout(resolve, 200))
  try {
    return await body()
  } finally {
    await rm(lock, { force: true })
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
  }
  const owner = await readOwner(lock)
  // One that was killed took its lock with it. Empty: it is being written just now.
  if (owner > 0 && owner !== process.pid && !isAlive(owner)) await rm(lock, { force: true })
  return false
}

async function readOwner(lock: string): Promise<number> {
  try {
    return Number(await readFile(lock, 'utf8'))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0
    throw error
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    if (hasCode(error, 'ESRCH')) return false
    throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
