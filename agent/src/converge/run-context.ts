import type { Host } from '../host/host.ts'
import type { Logger } from '../report/logger.ts'
import type { StatusReporter } from '../report/status.ts'
import type { Settings } from '../settings/settings.ts'

/** What one run of a command works with. */
export interface RunContext {
  readonly host: Host
  readonly settings: Settings
  readonly logger: Logger
  readonly status: StatusReporter
  /** Milliseconds since 1970. */
  readonly deadline: number
}
