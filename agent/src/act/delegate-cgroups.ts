import { AgentError, isAgentError } from '../errors.ts'
import { systemCode } from '../host/file-error.ts'
import type { ActContext } from './context.ts'

const root = '/sys/fs/cgroup'
const shelter = `${root}/init`

/** Processes that fork while they are moved leave children behind. */
const rounds = 20

/**
 * Lets cgroups below the root have controllers. Below the machine's true root that is possible only for a cgroup
 * without processes (the kernel's "no internal processes" rule), so that they move out of the way first.
 * @throws AgentError `HOST_UNFIT` when processes keep coming
 */
export async function delegateCgroups(
  { host: { files } }: ActContext,
  controllers: readonly string[],
  empties: boolean,
): Promise<void> {
  if (empties) await empty(files)
  await files.poke(`${root}/cgroup.subtree_control`, controllers.map((name) => `+${name}`).join(' '))
}

async function empty(files: ActContext['host']['files']): Promise<void> {
  await files.makeFolder(shelter, 0o755)
  for (let round = 0; round < rounds; round += 1) {
    const pids = ((await files.read(`${root}/cgroup.procs`)) ?? '').split('\n').filter(Boolean)
    // 0 stands for a process of another PID namespace, which cannot be named here.
    if (pids.every((pid) => pid === '0')) return
    for (const pid of pids) await move(files, pid)
  }
  throw new AgentError('HOST_UNFIT', `processes keep coming back into ${root}`, {
    hint: `See ${root}/cgroup.procs, and end what starts them.`,
  })
}

async function move(files: ActContext['host']['files'], pid: string): Promise<void> {
  if (pid === '0') return
  try {
    await files.poke(`${shelter}/cgroup.procs`, pid)
  } catch (error) {
    // It has ended meanwhile.
    if (!isAgentError(error, 'FILE_FAILED') || systemCode(error.cause) !== 'ESRCH') throw error
  }
}
