/** Colours, or none. */
export interface Paint {
  readonly red: (text: string) => string
  readonly green: (text: string) => string
  readonly yellow: (text: string) => string
  readonly cyan: (text: string) => string
  readonly dim: (text: string) => string
}

/** Text in colours where there are any. */
export function paint(hasColour: boolean): Paint {
  const of = (code: number, end: number) => (text: string) =>
    hasColour && text !== '' ? `\x1b[${code}m${text}\x1b[${end}m` : text
  return { red: of(31, 39), green: of(32, 39), yellow: of(33, 39), cyan: of(36, 39), dim: of(2, 22) }
}
