import { AgentError, isAgentError } from '../errors.ts'
import { findProcess, listProcesses } from '../observe/processes.ts'
import type { ServiceName } from '../plan/snapshot.ts'
import type { ActContext } from './context.ts'
import { endProcesses } from './end-processes.ts'
import { logTail, serviceLog } from './log-tail.ts'
import { type ProgramOptions, runProgram, tryProgram } from './run-program.ts'

const softlevel = '/run/openrc/softlevel'

/** Enters the default runlevel. A service of others that fails is no reason to stop. */
export async function bootOpenrc(context: ActContext): Promise<void> {
  const { logger } = context
  const { status } = await tryProgram(context, ['/sbin/openrc', 'default'], { limit: 120_000 })
  if (!(await isBooted(context))) {
    throw new AgentError(
      'COMMAND_FAILED',
      `openrc default ended with status ${status}, and OpenRC is not started`,
      {
        hint: 'Look at /var/log/rc.log and at what rc-status says.',
      },
    )
  }
  if (status !== 0)
    logger.warn(`openrc default ended with status ${status}: a service has failed, see rc-status`)
}

/** Whether OpenRC has booted, without which it neither knows nor stops a service. */
export async function isBooted({ host: { files } }: ActContext): Promise<boolean> {
  return (await files.stat(softlevel)) !== undefined
}

/** Puts a service into the default runlevel. */
export async function enableService({ host: { files } }: ActContext, service: ServiceName): Promise<void> {
  const place = `/etc/runlevels/default/${service}`
  if ((await files.stat(place)) === undefined) await files.link(place, `/etc/init.d/${service}`)
}

/** Makes OpenRC forget a service whose process is gone, and removes what names that process. */
export async function zapService(context: ActContext, service: ServiceName): Promise<void> {
  await endSupervisors(context, service)
  await rcService(context, service, 'zap')
  const { files } = context.host
  for (const path of [`/run/${service}.pid`, `/run/supervise-${service}.pid`]) await files.remove(path)
}

/** One that waits before it starts a failing program again would do so beside the supervisor of the next start. */
async function endSupervisors(context: ActContext, service: ServiceName): Promise<void> {
  const supervisors = (await listProcesses(context.host)).filter(
    ({ program, arguments: [name] }) => program === 'supervise-daemon' && name === service,
  )
  await endProcesses(context, supervisors)
}

export async function startService(context: ActContext, service: ServiceName): Promise<void> {
  await rcService(context, service, 'start')
}

/** Stops a service, and waits for its process: a supervisor may be gone before what it has told to end. */
export async function stopService(context: ActContext, service: ServiceName): Promise<void> {
  await rcService(context, service, 'stop')
  const process = await findProcess(context.host, await listProcesses(context.host), service)
  if (process !== undefined) await endProcesses(context, [{ pid: process.pid, program: service }])
}

export async function restartService(context: ActContext, service: ServiceName): Promise<void> {
  await rcService(context, service, 'restart')
}

/** What OpenRC finds when it looks for a service's process: 3 is stopped, 32 is crashed. */
export async function serviceState(
  context: ActContext,
  service: ServiceName,
): Promise<'started' | 'dead' | 'changing'> {
  const { status } = await tryProgram(context, ['rc-service', service, 'status'], {
    isPoll: true,
    limit: 10_000,
  })
  if (status === 0) return 'started'
  return status === 3 || status === 32 ? 'dead' : 'changing'
}

/** How often a service that ends by itself is started again before that is a failure. */
const revivals = 2

/**
 * Keeps a service alive while something that it does is waited for.
 * @returns a function that looks, and starts it again where its process has ended: twice at most
 * @throws (that function) AgentError `COMMAND_FAILED` when it has ended once more
 */
export function reviver(context: ActContext, service: ServiceName): () => Promise<void> {
  let done = 0
  return async () => {
    if ((await serviceState(context, service)) !== 'dead') return
    if (done === revivals) {
      throw new AgentError(
        'COMMAND_FAILED',
        `${service} keeps ending: it was started ${revivals} times again`,
        {
          hint: `Look at ${serviceLog(service)}.`,
          details: await logTail(context.host, serviceLog(service)),
        },
      )
    }
    done += 1
    context.logger.warn(`${service} has ended by itself: starting it again`)
    await zapService(context, service)
    await startService(context, service)
  }
}

async function rcService(context: ActContext, service: ServiceName, verb: string): Promise<void> {
  const options: ProgramOptions = { limit: 60_000, hint: `Look at ${serviceLog(service)}.` }
  const argv =
    verb === 'zap'
      ? (['rc-service', '-q', service, 'zap'] as const)
      : (['rc-service', service, verb] as const)
  try {
    await runProgram(context, argv, options)
  } catch (error) {
    if (!isAgentError(error, 'COMMAND_FAILED', 'TIMED_OUT')) throw error
    throw new AgentError(error.code, error.message, {
      ...(error.hint !== undefined && { hint: error.hint }),
      details: [...error.details, ...(await logTail(context.host, serviceLog(service)))],
      cause: error,
    })
  }
}
