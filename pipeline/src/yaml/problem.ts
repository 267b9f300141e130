/** A place in a text file, both counted from 1. */
export interface Place {
  readonly line: number
  readonly col: number
}

/** Something wrong at a place of a file. */
export interface Problem {
  readonly at: Place
  readonly text: string
}
