import { type Atom, parseAtom } from '../apk/atom.ts'
import type { LoadedRecipe } from '../load/load-recipe.ts'

/** What `apk` is asked for: the packages of a recipe, which its schema has checked, and its agent. */
export function atomsOf({ recipe, agent }: Pick<LoadedRecipe, 'recipe' | 'agent'>): Atom[] {
  const own = agent === undefined ? [] : [agent.description.name]
  return [...recipe.packages, ...own].map((text) => {
    const atom = parseAtom(text, { tags: true })
    if ('error' in atom) throw new Error(`the schema let ${JSON.stringify(text)} pass`)
    return atom
  })
}
