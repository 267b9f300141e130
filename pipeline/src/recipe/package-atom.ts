import { z } from 'zod'
import { type Atom, parseAtom } from '../apk/atom.ts'

/** What `apk add` can be asked for. It stays a text; {@link atomOf} takes it apart. */
export const packageAtom = z
  .string()
  .superRefine((text, context) => {
    const atom = parseAtom(text, { tags: true })
    if ('error' in atom)
      context.addIssue({
        code: 'custom',
        message: `is not a package such as 'openrc', 'kubelet~1.36' or 'zsh@edge': ${atom.error}`,
        input: text,
      })
  })
  .meta({ title: 'package as `apk add` takes it' })

/** The parts of a package atom, or undefined when it has none. */
export function atomOf(text: string): Atom | undefined {
  const atom = parseAtom(text, { tags: true })
  return 'error' in atom ? undefined : atom
}
