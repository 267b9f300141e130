import type { Display } from '../render/display.ts'

/** What main.ts calls by its name. */
export interface Command {
  /** How people call it. */
  readonly call: string
  /** What it does, in one sentence, for the list of commands. */
  readonly summary: string
  /** The text of `--help`. */
  readonly help: () => string
  /** `argv` is what follows the command's name. Resolves when all is done and shown. */
  readonly run: (argv: readonly string[], context: CommandContext) => Promise<void>
}

export interface CommandContext {
  /** Fires on SIGINT, SIGTERM and SIGHUP. */
  readonly signal: AbortSignal
  readonly display: Display
}
