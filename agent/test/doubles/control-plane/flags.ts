/** Flags of the real programs: `--name=value`, `--name value` and a bare `--name`; unknown ones are taken as well. */
export interface Flags {
  get(name: string): string | undefined
  /** The comma-separated values of a flag. */
  list(name: string): string[]
}

export function parseFlags(argv: string[]): Flags {
  const values = new Map<string, string>()
  for (let at = 0; at < argv.length; at++) {
    const [, name, value] = /^--?([^=]+)(?:=(.*))?$/s.exec(argv[at] ?? '') ?? []
    if (name === undefined) continue
    const next = argv[at + 1]
    if (value !== undefined) values.set(name, value)
    else if (next !== undefined && !next.startsWith('-')) {
      values.set(name, next)
      at++
    } else values.set(name, 'true')
  }
  const get = (name: string) => values.get(name)
  return { get, list: (name) => (get(name) ?? '').split(',').filter((value) => value !== '') }
}
