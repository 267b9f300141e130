import { z } from 'zod'

const tag = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/,
    "is not a tag of letters, digits, '_', '.' and '-' (without the '@')",
  )
  .meta({ title: 'letters, digits, `_`, `.`, `-`' })
  .optional()
  .describe(
    'Packages of a tagged repository are taken only where they are asked for as `name@tag`, and where such a package needs them. Without a tag, every package may come from it.',
  )

const mirrored = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, "is not the name of a repository such as 'main', 'community' or 'testing'")
    .meta({ title: 'name of lower-case letters, digits, `-`' })
    .describe("The repository's name on the Alpine mirror: main, community, testing."),
  release: z
    .string()
    .regex(/^(v\d+\.\d+|edge)$/, "is not a branch such as 'v3.24' or 'edge'")
    .meta({ title: 'branch of Alpine, or `edge`' })
    .optional()
    .describe('The branch of Alpine that a repository by `name` is of. Default: that of the base.'),
  tag,
})

const elsewhere = z.strictObject({
  // Plain http is enough, as for Alpine's mirrors: what comes from there counts by its signature alone.
  url: z
    .string()
    .regex(
      /^https?:\/\/[^\s\p{Cc}/?#@]+(\/(?!\.\.?(\/|$))[^\s\p{Cc}/?#@]+)*$/u,
      'is not an http(s) address without credentials, query, dot segments and final slash',
    )
    .meta({ title: 'http(s) address without credentials, query and final slash' })
    .describe(
      'The address of a repository outside the Alpine mirror: the folder that holds `<arch>/APKINDEX.tar.gz`.',
    ),
  tag,
})

export const repository = z.union([mirrored, elsewhere])

export type Repository = z.infer<typeof repository>
