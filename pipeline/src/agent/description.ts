import { z } from 'zod'
import { parseAtom } from '../apk/atom.ts'
import { imagePath, mode, noRepeats } from '../recipe/vocabulary.ts'
import { parseYaml } from '../yaml/parse-yaml.ts'

const packageName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._+-]*$/, 'is not the name of a package: lower-case letters, digits and . _ + -')

const line = z.string().regex(/^\P{Cc}+$/u, 'is not one line of text')

/** What a package's own metadata may ask for: an atom without a tag. */
const dependency = z.string().superRefine((text, context) => {
  const atom = parseAtom(text, { tags: false })
  if ('error' in atom) context.addIssue({ code: 'custom', message: `is not a dependency: ${atom.error}` })
})

const dependencies = z.array(dependency).superRefine(noRepeats((text) => text))

const subpackage = z.strictObject({
  name: packageName,
  description: line,
  /** Files and folders that it has in place of the package itself. */
  files: z.array(imagePath).min(1, 'must name a file or a folder'),
  /** It comes by itself where all of these are, and the package itself in the same version. */
  with: dependencies.min(1, 'must name a package'),
})

/** What `agent/apk/package.yaml` may hold. */
const descriptionSchema = z
  .strictObject({
    name: packageName,
    description: line,
    url: line,
    license: line,
    architecture: z.literal('noarch', 'is not noarch: the agent is one program for every architecture'),
    date: z.iso
      .date("is not a day in quotes, such as '2026-11-27'")
      .transform((day) => Date.parse(`${day}T00:00:00Z`) / 1000)
      .refine((seconds) => seconds >= 0, 'is before 1970'),
    program: imagePath,
    links: z.record(imagePath, z.string().regex(/^\P{Cc}+$/u, 'is not the target of a link')).default({}),
    entries: z.record(imagePath, z.strictObject({ mode })).default({}),
    depends: dependencies.default([]),
    subpackages: z.array(subpackage).default([]),
  })
  .superRefine(({ name, subpackages }, context) => {
    const seen = new Set([name])
    for (const [index, { name }] of subpackages.entries()) {
      if (seen.has(name)) {
        const path = ['subpackages', index, 'name']
        context.addIssue({ code: 'custom', path, message: 'is the name of another package', input: name })
      }
      seen.add(name)
    }
  })

/** The packages of the agent as its author describes them. */
export type AgentDescription = z.infer<typeof descriptionSchema>

/**
 * Reads the description of the agent's packages. `fileName` is the name that errors begin with.
 * @throws PipelineError `PACKAGE_INVALID`, with a line `file:line:column: …` for each thing that is wrong.
 */
export function parseAgentDescription(text: string, fileName: string): AgentDescription {
  return parseYaml(descriptionSchema, text, {
    file: fileName,
    code: 'PACKAGE_INVALID',
    hint: 'Correct the description of the agent’s packages.',
  })
}
