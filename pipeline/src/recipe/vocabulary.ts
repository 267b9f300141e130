import { z } from 'zod'

/** A path in the image: absolute, and with one spelling only. */
export const imagePath = z
  .string()
  .regex(/^(\/(?!\.\.?(\/|$))[^/\\\p{Cc}]+)+$/u, "is not an absolute path of the image without '.' and '..'")
  .meta({ title: 'absolute path of the image' })

/** A path that is written into /etc/passwd, where colons part the fields. */
export const accountPath = imagePath
  .regex(/^[^:]*$/, "has a ':', which /etc/passwd cannot hold")
  .meta({ title: 'absolute path of the image, without `:`' })

/** A path on the host, relative to the folder of the recipe, with `/` on every system. */
export const recipeRelativePath = z
  .string()
  .regex(/^([^/\\:\p{Cc}]+\/)*[^/\\:\p{Cc}]+$/u, "is not a path relative to the recipe, written with '/'")
  .meta({ title: 'path relative to the recipe' })

/** Text such as `'0755'`; the number it stands for, once parsed. */
export const mode = z
  .string()
  .regex(/^[0-7]{4}$/, "is not four octal digits in quotes, such as '0755'")
  .meta({ title: 'four octal digits in quotes' })
  .transform((digits) => Number.parseInt(digits, 8))

/** The one form of a user's or group's name. */
export const accountName = z
  .string()
  .regex(/^[a-z_][a-z0-9_-]{0,30}$/, 'is not a name of lower-case letters, digits, _ and - (31 at most)')
  .meta({ title: 'name of at most 31 lower-case letters, digits, `_`, `-`' })

export const owner = z
  .string()
  .regex(
    /^([a-z_][a-z0-9_-]{0,30}|\d{1,5}):([a-z_][a-z0-9_-]{0,30}|\d{1,5})$/,
    "is not user:group, by names or by numbers, such as 'root:root'",
  )
  .meta({ title: '`user:group`' })

/** A rule for a list: no two elements have the same key. */
export function noRepeats<T>(keyOf: (element: T) => unknown) {
  return (list: readonly T[], context: z.RefinementCtx): void => {
    const seen = new Set<unknown>()
    for (const [index, element] of list.entries()) {
      const key = keyOf(element)
      if (key !== undefined && seen.has(key))
        context.addIssue({
          code: 'custom',
          path: [index],
          message: 'repeats what is there already',
          input: element,
        })
      seen.add(key)
    }
  }
}
