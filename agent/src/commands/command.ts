import type { Host } from '../host/host.ts'
import type { Logger } from '../report/logger.ts'
import type { ResolvedSettings } from '../settings/resolve.ts'
import type { SettingKey } from '../settings/table.ts'
import type { Work } from './work.ts'

/** One command of the program. */
export interface Command {
  readonly name: string
  /** What it does, in one sentence. */
  readonly summary: string
  /** What more there is to know: paragraphs of the help. */
  readonly about: string
  /** The settings that it takes as flags. */
  readonly settings: readonly SettingKey[]
  /** Its own switches, with their help. */
  readonly switches?: Readonly<Record<string, string>>
  /** The words that may follow it, one of them, with their help. */
  readonly words?: Readonly<Record<string, string>>
  /** Calls without the leading `iknite`, and what each does. */
  readonly examples: readonly (readonly [call: string, effect: string])[]
  /** It changes the node: what it does is also written to the log of all runs. */
  readonly isLogged?: true
  /** @throws AgentError of any code */
  run(context: CommandContext): Promise<CommandResult>
}

export interface CommandContext extends ResolvedSettings {
  readonly host: Host
  readonly logger: Logger
  readonly work: Work
  readonly version: string
  readonly pid: number
  /** The switches that are given, by name. */
  readonly switches: ReadonlySet<string>
  readonly word: string | undefined
  /** Where the lock of runs is, in place of its usual place. */
  readonly lockPath?: string
}

/** What a command prints on standard output. */
export interface CommandResult {
  readonly text: string
  /** The same with --json. */
  readonly document: unknown
  /** 0 where it is not given. */
  readonly exitStatus?: number
}
