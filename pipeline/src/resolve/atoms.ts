import { type Atom, parseAtom } from '../apk/atom.ts'

/** The atoms of a recipe's `packages`, which its schema has checked. */
export function atomsOf(packages: readonly string[]): Atom[] {
  return packages.map((text) => {
    const atom = parseAtom(text, { tags: true })
    if ('error' in atom) throw new Error(`the schema let ${JSON.stringify(text)} pass`)
    return atom
  })
}
