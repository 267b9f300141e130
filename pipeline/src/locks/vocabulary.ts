import { z } from 'zod'
import { isSha256, type Sha256 } from '../digest.ts'

/** Digests have one spelling: two of the same digest would be two locks of the same build. */
export const sha256 = z.custom<Sha256>(
  (value) => typeof value === 'string' && isSha256(value),
  'is not a SHA-256 digest of 64 lower-case hex digits',
)

/** Bytes. */
export const size = z.int().min(1)

/** A rule for a list: in the order of names, each of which is there once. `part` is where the name stands. */
export function inOrder<T>(nameOf: (element: T) => string, part: string) {
  return (list: readonly T[], context: z.RefinementCtx): void => {
    for (const [index, element] of list.entries()) {
      const before = list[index - 1]
      if (before === undefined || nameOf(before) < nameOf(element)) continue
      context.addIssue({
        code: 'custom',
        path: [index, part],
        message: 'is not in the order of names, or there twice',
        input: nameOf(element),
      })
    }
  }
}

/** Every text is quoted: a digest of digits alone, or a version such as 1.36, would be read as a number. */
export function quote(text: string): string {
  return JSON.stringify(text)
}

/** A mapping on one line. */
export function flow(fields: Readonly<Record<string, string | number>>): string {
  const parts = Object.entries(fields).map(
    ([key, value]) => `${key}: ${typeof value === 'number' ? value : quote(value)}`,
  )
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
}
