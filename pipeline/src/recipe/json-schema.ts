import { z } from 'zod'
import { recipeExamples } from './examples.ts'
import { recipeSchema } from './schema.ts'

/** What `rootfs/recipe.schema.json` holds: what editors complete and check a recipe with. */
export function recipeJsonSchema(): z.core.JSONSchema.BaseSchema {
  const schema = z.toJSONSchema(recipeSchema, { io: 'input', target: 'draft-7' })
  for (const [key, example] of Object.entries(recipeExamples)) {
    const property = schema.properties?.[key]
    if (typeof property === 'object') property.examples = [example]
  }
  return { title: 'A Kaweezle root filesystem', ...schema }
}
