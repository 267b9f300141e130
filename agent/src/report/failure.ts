import { safeText } from '@kaweezle/program-kit/safe-text.ts'
import { isAgentError } from '../errors.ts'
import type { Files } from '../host/host.ts'
import type { Logger } from './logger.ts'
import type { Failure } from './status.ts'

/** What is told of an error, in status.json and in results. */
export function failureOf(error: unknown): Failure {
  if (!isAgentError(error)) {
    return {
      code: 'BUG',
      message: error instanceof Error ? error.message : String(error),
      hint: 'This is a bug of iknite: report it with the output of -v debug.',
      details: [],
    }
  }
  const { code, message, hint, details } = error
  return { code, message, ...(hint === undefined ? {} : { hint }), details: [...details] }
}

export interface FailureOptions {
  readonly logger: Logger
  readonly json: boolean
  readonly write: (text: string) => void
  readonly files: Pick<Files, 'stat'>
}

/** Says why the run failed, what to do next, and where more is written. */
export async function reportFailure(error: unknown, options: FailureOptions): Promise<void> {
  const { message, ...failure } = failureOf(error)
  const logs = await logsOf(failure.code, options.files)
  const isDetailed = ['debug', 'trace'].includes(options.logger.level)
  const stack = isDetailed && error instanceof Error ? stackOf(error) : []
  if (options.json) {
    options.logger.error(message, { ...failure, logs, ...(stack.length === 0 ? {} : { stack }) })
    return
  }
  options.logger.error(message)
  const lines = [
    ...failure.details.flatMap((detail) => detail.split('\n')).map((detail) => `  ${detail}`),
    ...(failure.hint === undefined ? [] : [`Hint: ${failure.hint}`]),
    ...logs.map((path) => `Log: ${path}`),
    ...stack,
  ]
  options.write(lines.map((line) => `${safeText(line)}\n`).join(''))
}

/** What runs that change the node write, and the service. */
export const agentLog = '/var/log/iknite.log'
const kubeletLog = '/var/log/kubelet/kubelet.log'

/** With these, the reason may be one that only the kubelet knows. */
const kubeletCodes = ['COMMAND_FAILED', 'API_FAILED', 'NOT_CONVERGING', 'NOT_READY', 'TIMED_OUT']

/** The logs that are there and may say more. */
async function logsOf(code: string, files: Pick<Files, 'stat'>): Promise<string[]> {
  if (code === 'USAGE') return []
  const candidates = [agentLog, ...(kubeletCodes.includes(code) ? [kubeletLog] : [])]
  const found = await Promise.all(candidates.map((path) => files.stat(path).catch(() => undefined)))
  return candidates.filter((_, index) => found[index] !== undefined)
}

function stackOf(error: Error): string[] {
  const causes = error.cause instanceof Error ? stackOf(error.cause).map((line) => `caused by ${line}`) : []
  return [...(error.stack ?? '').split('\n'), ...causes]
}
