import type * as z from 'zod'
import { readYaml } from './read-yaml.ts'

/** Files that are looked at here have a few KiB. */
const sizeLimit = 4 * 1024 * 1024

/** The value of a YAML text by its schema; undefined where it is damaged or something else. */
export function parseYaml<T>(text: string, schema: z.ZodType<T>): T | undefined {
  return parseBy(readYaml, text, schema)
}

/** The value of a JSON text by its schema; undefined where it is damaged or something else. */
export function parseJson<T>(text: string, schema: z.ZodType<T>): T | undefined {
  return parseBy((source) => JSON.parse(source), text, schema)
}

function parseBy<T>(parser: (text: string) => unknown, text: string, schema: z.ZodType<T>): T | undefined {
  if (text.length > sizeLimit) return undefined
  let value: unknown
  try {
    value = parser(text)
  } catch (error) {
    // Whatever a parser says of a text from outside, it is damaged.
    if (error instanceof Error) return undefined
    throw error
  }
  const found = schema.safeParse(value)
  return found.success ? found.data : undefined
}
