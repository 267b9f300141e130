import { loadRecipe } from '../load/load-recipe.ts'
import { assertMadeFor } from './assert-made-for.ts'
import type { Build } from './build.ts'
import { step } from './step.ts'

export const recipe = step<Build>({
  name: 'recipe',
  title: 'Read the recipe',
  async run(build) {
    const loaded = await loadRecipe(build.options.recipe)
    assertMadeFor(loaded.recipe, build.options)
    build.set('recipe', loaded)
    return { done: `${loaded.recipe.name} for ${build.options.architecture}` }
  },
})
