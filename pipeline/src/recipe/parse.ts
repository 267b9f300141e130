import { parseYaml } from '../yaml/parse-yaml.ts'
import { type Recipe, recipeSchema } from './schema.ts'

/**
 * Reads a recipe. `fileName` is the name that errors begin with.
 * @throws PipelineError `RECIPE_INVALID`, with a line `file:line:column: …` for each thing that is wrong.
 */
export function parseRecipe(text: string, fileName: string): Recipe {
  return parseYaml(recipeSchema, text, {
    file: fileName,
    code: 'RECIPE_INVALID',
    hint: 'Correct the recipe; rootfs/recipe.schema.json describes every key.',
  })
}
