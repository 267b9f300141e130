import { PipelineError } from '../errors.ts'
import { loadRecipe } from '../load/load-recipe.ts'
import { shownPath } from '../render/shown-path.ts'
import type { Build } from './build.ts'
import { step } from './step.ts'

export const recipe = step<Build>({
  name: 'recipe',
  title: 'Read the recipe',
  async run(build) {
    const { recipe: file, architecture } = build.options
    const loaded = await loadRecipe(file)
    const { name, architectures } = loaded.recipe
    if (!architectures.includes(architecture)) {
      throw new PipelineError('USAGE', `${shownPath(file)} is not made for ${architecture}`, {
        hint: `Use --arch with one of: ${architectures.join(', ')}.`,
      })
    }
    build.set('recipe', loaded)
    return { done: `${name} for ${architecture}` }
  },
})
