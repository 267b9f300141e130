import type { RunContext } from '../converge/run-context.ts'
import { removeDrafts } from '../host/drafts.ts'
import { foldersOfFiles } from '../kubeadm/paths.ts'
import { acquireRunLock } from '../lock/run-lock.ts'
import type { Phase, Status } from '../report/status.ts'
import { readStatus, statusReporter } from '../report/status-file.ts'
import type { CommandContext } from './command.ts'

/**
 * Does what changes the node: alone, with the time that `wait` gives, and telling others what it does.
 * @param phase where it begins
 * @param body also told what the status was before
 * @throws AgentError what `body` throws, and what keeps it from having the lock
 */
export async function exclusiveRun<Result>(
  context: CommandContext,
  phase: Exclude<Phase, 'ready'>,
  body: (run: RunContext, before: Status | undefined) => Promise<Result>,
): Promise<Result> {
  const { host, logger, settings, pid, version, lockPath } = context
  logger.info(`iknite ${version}`, { pid })
  const deadline = host.now() + settings.wait * 1000
  const path = lockPath === undefined ? {} : { path: lockPath }
  const lock = await acquireRunLock({ host, logger, deadline, pid, ...path })
  const status = statusReporter({ host, logger, pid, agentVersion: version })
  try {
    await removeDrafts(host.files, foldersOfFiles)
    const before = await readStatus(host.files)
    await status.enterPhase(phase)
    return await body({ host, settings, logger, status, deadline }, before)
  } catch (error) {
    await status.failed(host.signal.aborted ? host.signal.reason : error)
    throw error
  } finally {
    lock.release()
  }
}
