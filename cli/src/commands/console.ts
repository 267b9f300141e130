import type { Terminal } from '../output/terminal.ts'

/** The standard streams, as far as a run needs them. */
export interface Console {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  readonly terminal: Terminal
  /** Whether a person can be asked: standard input and standard error are terminals. */
  readonly canAsk: boolean
  /** A line from standard input, after a question on standard error. */
  readonly ask: (question: string) => Promise<string>
}
