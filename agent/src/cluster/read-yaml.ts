import { parse } from 'yaml'

/** What was read last. Each observation reads the same dozen of small files, and YAML is dear to read. */
const known = new Map<string, unknown>()
const limit = 32

/**
 * The value of a YAML text; it is shared, and must not be changed.
 * @throws what `yaml` throws when it is none.
 */
export function readYaml(text: string): unknown {
  if (known.has(text)) return known.get(text)
  // Warnings are not for the user; `silent` would let errors pass, too.
  const value: unknown = parse(text, { logLevel: 'error' })
  const [oldest] = known.keys()
  if (known.size >= limit && oldest !== undefined) known.delete(oldest)
  known.set(text, value)
  return value
}
