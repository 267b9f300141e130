import { z } from 'zod'

const tag = z
  .string()
  .regex(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/,
    "is not a tag of letters, digits, '_', '.' and '-' (without the '@')",
  )
  .optional()
  .describe(
    'Packages of a tagged repository are taken only where they are asked for as `name@tag`. Without it, the repository is one of those every package may come from.',
  )

const mirrored = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, "is not the name of a repository such as 'main', 'community' or 'testing'")
    .describe("The repository's name on the Alpine mirror: main, community, testing."),
  release: z
    .string()
    .regex(/^(v\d+\.\d+|edge)$/, "is not a branch such as 'v3.24' or 'edge'")
    .optional()
    .describe("The branch of Alpine it belongs to, such as v3.24 or edge. Default: the base's branch."),
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
    .describe(
      'The address of a repository outside the Alpine mirror: the folder that holds `<arch>/APKINDEX.tar.gz`.',
    ),
  tag,
})

export const repository = z.union([mirrored, elsewhere])

export type Repository = z.infer<typeof repository>
