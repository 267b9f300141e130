import { z } from 'zod'

const scoop = z.object({ version: z.string() })

/** The version that a scoop manifest says; undefined for what is none. */
export function parseScoopVersion(text: string): string | undefined {
  try {
    return scoop.parse(JSON.parse(text)).version
  } catch {
    return undefined
  }
}
