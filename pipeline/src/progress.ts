/** What a long action tells while it runs. */
export interface Progress {
  /** Bytes done so far, and how many there are in all where that is known. */
  bytes?(done: number, total?: number): void
  /** One line on what is happening now: an artefact's name, a line of a program's output. */
  line?(text: string): void
}
