import { displayPath } from '../tree/path.ts'

export interface WslSettings {
  /** Values by `section.key`, in lower case: WSL does not look at the case. */
  readonly values: ReadonlyMap<string, string>
  /** One line for each line that is wrong. */
  readonly problems: readonly string[]
}

/**
 * Reads the text of a `wsl.conf` or `wsl-distribution.conf`: sections in brackets, `key = value`, and comments
 * that begin with `#`. A key outside of sections or given twice is wrong: WSL passes over it, or takes either.
 */
export function parseWslSettings(text: string): WslSettings {
  const values = new Map<string, string>()
  const problems: string[] = []
  let section: string | undefined
  for (const [index, line] of text.split('\n').entries()) {
    const trimmed = line.trim()
    if (trimmed === '' || trimmed.startsWith('#')) continue
    const header = /^\[(?<name>[^[\]]+)\]$/.exec(trimmed)?.groups?.['name']
    const setting = /^(?<key>[^=[\]]+?)\s*=\s*(?<value>.*)$/.exec(trimmed)?.groups
    const name = `${section}.${setting?.['key']}`.toLowerCase()
    if (header !== undefined) section = header
    else if (setting === undefined || section === undefined)
      problems.push(`line ${index + 1}: "${displayPath(trimmed)}" is no setting of a section`)
    else if (values.has(name)) problems.push(`line ${index + 1}: ${displayPath(name)} is set twice`)
    else values.set(name, setting['value'] ?? '')
  }
  return { values, problems }
}
