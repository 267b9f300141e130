import { isAgentError } from '../errors.ts'
import type { StopAction } from '../plan/remains.ts'
import type { ServiceName } from '../plan/snapshot.ts'
import { removePods } from './clean-cluster.ts'
import { withoutClusterRules } from './cluster-rules.ts'
import type { ActContext } from './context.ts'
import { crictl, idsIn } from './crictl.ts'
import { endProcesses } from './end-processes.ts'
import { programFailure, runProgram, tryProgram } from './run-program.ts'
import { stopService, zapService } from './services.ts'

/**
 * Does one action of a stop. It can be done twice.
 * @throws AgentError `COMMAND_FAILED`, `FILE_FAILED`; `TIMED_OUT` at the deadline; `INTERRUPTED`
 */
export async function performStop(action: StopAction, context: ActContext): Promise<void> {
  switch (action.kind) {
    case 'stop-service':
      return stopOrForget(context, action.service)
    case 'zap-service':
      return zapService(context, action.service)
    case 'stop-pods':
      return stopPods(context)
    case 'end-processes':
      return endProcesses(context, action.processes)
    case 'sync':
      await runProgram(context, ['sync'])
      return
    case 'unmount':
      for (const mount of action.mounts) await unmount(context, mount)
      return
    case 'remove-links':
      for (const link of action.links) {
        await unlessGone(
          context,
          ['ip', 'link', 'delete', link],
          /Cannot find device|does not exist|can't find device/i,
        )
      }
      return
    case 'remove-chains':
      return removeChains(context, action.program)
    case 'remove-address':
      await unlessGone(
        context,
        ['ip', 'address', 'delete', `${action.address}/${action.prefix}`, 'dev', action.interface],
        /Cannot assign requested address|Address not found|Cannot find device/i,
      )
      return
    case 'remove-files':
      for (const path of action.paths) await context.host.files.remove(path)
      return
    default:
      return unknownAction(action)
  }
}

/** What OpenRC cannot stop is ended with the processes that are left. */
async function stopOrForget(context: ActContext, service: ServiceName): Promise<void> {
  try {
    await stopService(context, service)
  } catch (error) {
    if (!isAgentError(error, 'COMMAND_FAILED')) throw error
    context.logger.warn(`${error.message}: its processes are ended without OpenRC`)
    await zapService(context, service)
  }
}

/** First all are asked to end, then removed; what the runtime cannot end is ended with the processes. */
async function stopPods(context: ActContext): Promise<void> {
  try {
    const { stdout } = await crictl(context, ['pods', '-q'], { limit: 10_000 })
    const ids = idsIn(stdout)
    if (ids.length === 0) return
    await crictl(context, ['stopp', ...ids])
    await removePods(context)
  } catch (error) {
    if (!isAgentError(error, 'COMMAND_FAILED')) throw error
    context.logger.warn(`${error.message}: pods are ended without the runtime`)
  }
}

async function unmount(context: ActContext, mount: string): Promise<void> {
  const { status } = await tryProgram(context, ['umount', mount], { limit: 10_000 })
  // Something still uses it: it is taken out of sight now, and ends with its last user.
  if (status !== 0)
    await unlessGone(
      context,
      ['umount', '-l', mount],
      /not mounted|no mount point|not found|Invalid argument|No such file/i,
    )
}

async function removeChains(context: ActContext, program: 'iptables' | 'ip6tables'): Promise<void> {
  const { stdout } = await runProgram(context, [`${program}-save`], { isQuiet: true })
  const rules = withoutClusterRules(stdout)
  if (rules !== stdout) await runProgram(context, [`${program}-restore`], { input: rules })
}

/** Runs what takes something away; that it is gone already is no failure. */
async function unlessGone(
  context: ActContext,
  argv: readonly [string, ...string[]],
  gone: RegExp,
): Promise<void> {
  const result = await tryProgram(context, argv, { limit: 10_000 })
  if (result.status !== 0 && !gone.test(`${result.stdout}\n${result.stderr}`))
    throw programFailure(argv, result)
}

function unknownAction(action: never): never {
  throw new Error(`nothing is known of the action ${JSON.stringify(action)}`)
}
