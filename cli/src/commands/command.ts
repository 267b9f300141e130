import type { ProgressEvent } from '../output/progress.ts'
import type { ResolvedSettings } from '../settings/resolve.ts'
import type { SettingKey } from '../settings/table.ts'
import type { World } from './world.ts'

/** What there is to know of a command without running it: help, parsing and completion follow from this. */
export interface Command {
  readonly name: string
  /** What it does, in one sentence. */
  readonly summary: string
  /** What more there is to know: a paragraph of the help. */
  readonly about: string
  /** The settings that it takes as flags, beside those that all take. */
  readonly settings: readonly SettingKey[]
  /** Its own flags. */
  readonly options?: readonly CommandOption[]
  /** The words that follow it. */
  readonly words?: CommandWords
  /** Calls without the leading `kaweezle`, and what each does. */
  readonly examples: readonly (readonly [call: string, effect: string])[]
  /** It is not for people, and is not shown to them. */
  readonly isHidden?: true
  /** It reads no settings file: it works with a broken one too. */
  readonly readsNoFile?: true
  /** What runs it is loaded when it is run: the program is to start at once. */
  load(): Promise<Run>
}

/** @throws KaweezleError of any code */
export type Run = (context: CommandContext) => Promise<CommandResult>

export interface CommandOption {
  readonly flag: string
  readonly short?: string
  /** What stands for its value; a flag without one is a switch. */
  readonly value?: string
  readonly help: string
}

export interface CommandWords {
  /** As it is shown: `SHELL`. */
  readonly name: string
  readonly help: string
  /** Any number of them, flags included: they are another program's. */
  readonly areMany?: true
  /** What it can be. */
  readonly choices?: readonly string[]
}

export interface CommandContext extends ResolvedSettings {
  readonly world: World
  readonly version: string
  readonly words: readonly string[]
  /** Its own flags that are given, by name. */
  readonly options: ReadonlyMap<string, string | true>
  /** Tells people what goes on. */
  readonly report: (event: ProgressEvent) => void
  /** Writes a part of a result that has no end, such as a log that is followed. Only for text. */
  readonly write: (text: string) => void
  /**
   * Asks a person for a yes.
   * @throws KaweezleError `DECLINED` when they say no, or nobody can be asked and `--yes` is not given
   */
  readonly confirm: (question: string) => Promise<void>
  readonly commands: readonly Command[]
}

/** What a command prints on standard output. */
export interface CommandResult {
  readonly text: string
  /** The same with `-o json` and `-o yaml`. */
  readonly document: unknown
  /** 0 where it is not given. */
  readonly exitStatus?: number
}
