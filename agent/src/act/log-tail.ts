import { isAgentError } from '../errors.ts'
import type { Host } from '../host/host.ts'
import type { ServiceName } from '../plan/snapshot.ts'

/** Where a service's output goes (Alpine's `output_log`). */
export function serviceLog(service: ServiceName): string {
  return `/var/log/${service}/${service}.log`
}

/** The last lines of a log, each with the log's path before it; none where it cannot be read. */
export async function logTail({ files }: Host, path: string, count = 5): Promise<readonly string[]> {
  try {
    const text = (await files.read(path)) ?? ''
    const lines = text.trimEnd().split('\n').filter(Boolean)
    return lines.slice(-count).map((line) => `${path}: ${line.replace(/\p{Cc}/gu, ' ').slice(0, 400)}`)
  } catch (error) {
    // It only explains another failure, which must not be hidden by this one.
    if (isAgentError(error, 'FILE_FAILED')) return []
    throw error
  }
}
